import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { run } from '../../../bench/kit/environment.js';
import {
  bundle,
  childEnvironment,
  freePort,
  startServer,
  temporaryFolder,
  removeData,
  type ServerProcess,
} from '../../kit/serverProcess.js';
import { openWay, type Way } from './toxiproxy.js';

/** A server of the fleet, on an address that it keeps, and its ways to the engines. */
export interface Node {
  readonly name: string;
  readonly url: string;
  readonly redis: Way;
  readonly postgres: Way;
  readonly up: boolean;
  start(): Promise<void>;
  kill(): Promise<void>;
  /** What it wrote since its last start. */
  output(): string;
}

export interface Fleet {
  readonly nodes: readonly [Node, Node];
  /** Past every proxy. */
  readonly databaseUrl: string;
  readonly redisUrl: string;
  /** The environment of a tool beside the nodes. */
  readonly env: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

/** Two servers on one Postgres and one Redis; every way between a node and an engine goes through Toxiproxy. */
export async function openFleet(env: Readonly<Record<string, string>>): Promise<Fleet> {
  const folder = temporaryFolder('nodes');
  const own = { ...env, MASTER_KEY: randomBytes(32).toString('hex') };
  const engines = (...args: string[]): Promise<string> => engineCommand(folder, args);
  const running: ServerProcess[] = [];
  const close = async (): Promise<void> => {
    await Promise.all(running.map((server) => server.stop()));
    await engines('down');
    await removeData(folder);
  };
  try {
    const given = await engines('up', 'postgres', 'redis', 'toxiproxy');
    const of = (name: string): string => new RegExp(`^export ${name}=(\\S+)$`, 'm').exec(given)?.[1] ?? '';
    const [databaseUrl, redisUrl, api] = [of('DATABASE_URL'), of('REDIS_URL'), of('TOXIPROXY_URL')];
    const open = async (name: string): Promise<Node> => {
      const way = async (engine: string, url: string): Promise<{ way: Way; url: string }> => {
        const target = new URL(url);
        const opened = await openWay(api, `${name}-${engine}`, await freePort(), target.host);
        target.port = String(opened.port);
        return { way: opened, url: target.href };
      };
      const [postgres, redis] = [await way('postgres', databaseUrl), await way('redis', redisUrl)];
      const dataDir = path.join(folder, name);
      mkdirSync(dataDir, { mode: 0o700 });
      const port = await freePort();
      let server: ServerProcess | undefined;
      const start = async (): Promise<void> => {
        server = await startServer({
          dataDir,
          port,
          env: { ...own, DATABASE_URL: postgres.url, REDIS_URL: redis.url },
        });
        running.push(server);
      };
      await start();
      return {
        name,
        url: `http://127.0.0.1:${port}`,
        redis: redis.way,
        postgres: postgres.way,
        get up() {
          return server !== undefined && isAlive(server.pid);
        },
        start,
        kill: async () => server?.kill9('server'),
        output: () => server?.output() ?? '',
      };
    };
    return {
      nodes: [await open('a'), await open('b')],
      databaseUrl,
      redisUrl,
      env: { ...own, DATABASE_URL: databaseUrl, DATA_DIR: folder },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Fills the fleet's database as an operator would. */
export async function seedFleet(fleet: Fleet, flags: Readonly<Record<string, string | number>>): Promise<void> {
  const args = Object.entries(flags).flatMap(([name, value]) => [`--${name}`, String(value)]);
  await run(process.execPath, [bundle('src/main/seed.ts'), ...args], fleet.env);
}

function engineCommand(dataDir: string, args: readonly string[]): Promise<string> {
  const child = spawn(process.execPath, [bundle('src/main/engines.ts'), ...args], {
    env: childEnvironment({ DATA_DIR: dataDir, NODE_NO_WARNINGS: '1' }),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString('utf8')));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0) resolve(output);
      else reject(new Error(`engines ${args.join(' ')} ended with ${code ?? 'a signal'}`));
    });
  });
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
