import { mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { testDatabase, type TestDatabase } from '../kit/postgres.js';
import { redisUrl } from '../kit/redis.js';
import { startServer, temporaryFolder, type ServerProcess } from '../kit/serverProcess.js';
import { startWireDoubleProcess, type WireDoubleProcess } from '../wireDouble/process.js';
import { environmentOf } from './composeFile.js';

/** The services of docker-compose.yml as plain processes, with the environment that it gives them. */
let folder: string;
let database: TestDatabase | undefined;
let double: WireDoubleProcess | undefined;
let server: ServerProcess | undefined;

const started = (): ServerProcess => {
  if (server === undefined) throw new Error('the server did not start');
  return server;
};
const address = (): string => started().url.replace('0.0.0.0', '127.0.0.1');

const secrets = {
  POSTGRES_PASSWORD: 'secret',
  MASTER_KEY: Buffer.alloc(32, 7).toString('base64'),
  TWILIO_ACCOUNT_SID: 'AC00000000000000000000000000000000',
  TWILIO_AUTH_TOKEN: 'token',
  TWILIO_FROM: '+15005550006',
};

beforeAll(async () => {
  folder = temporaryFolder('deploy');
  const [pg, store] = await Promise.all([testDatabase(), startWireDoubleProcess()]);
  [database, double] = [pg, store];
  const dataDir = path.join(folder, 'server');
  mkdirSync(dataDir, { mode: 0o700 });
  const env = environmentOf('server', secrets);
  server = await startServer({
    dataDir,
    env: {
      ...env,
      PORT: '0',
      DATA_DIR: dataDir,
      // Only the addresses of the services are others.
      DATABASE_URL: pg.url,
      EVENTSTORE_URL: env['EVENTSTORE_URL']?.replace('eventstore:2113', `127.0.0.1:${store.port}`) ?? '',
      REDIS_URL: redisUrl ?? '',
    },
  });
}, 90_000);

afterAll(async () => {
  await server?.stop();
  await double?.kill();
  await database?.close();
  rmSync(folder, { recursive: true, force: true });
});

it('asks for every secret that it needs', () => {
  expect(() => environmentOf('server', {})).toThrow(/set/);
  expect(() => environmentOf('server', { ...secrets, MASTER_KEY: '' })).toThrow('MASTER_KEY');
});

it('gets ready on its engines', async () => {
  const ready = await fetch(`${address()}/health/ready`);
  expect([ready.status, await ready.text()]).toEqual([200, expect.anything()]);
  expect(started().output()).toMatch(/EventStoreDB/i);
  if (redisUrl !== undefined) expect(started().output()).toMatch(/signals +Redis/);
  expect(started().postgresPid()).toBeUndefined();
});

it('shows no codes of others in production', async () => {
  const response = await fetch(`${address()}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query: '{ devOutbox(phone: "+41791234567") { code } }' }),
  });
  const { data, errors } = (await response.json()) as { data?: unknown; errors?: unknown[] };
  expect(data ?? null).toBeNull();
  expect(errors).toHaveLength(1);
});
