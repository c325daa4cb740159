import { spawn, type ChildProcess } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { projectRoot } from '../../src/platform/config/root.js';

/** The server as its own process, as an operator would start it: `dist/src/main/all.js` and its environment. */
export interface ServerProcess {
  /** http://host:port */
  readonly url: string;
  readonly dataDir: string;
  readonly pid: number;
  /** The embedded Postgres' postmaster, undefined when the server uses another. */
  postgresPid(): number | undefined;
  /** The server and, when embedded, its Postgres. */
  pids(): number[];
  /** What it wrote so far, for the report of a failure. */
  output(): string;
  /** SIGTERM, and waits for the drain; SIGKILL after 30 s. */
  stop(): Promise<void>;
  /** SIGKILL of the server, or of the server and every process of its Postgres. Waits until they are gone. */
  kill9(what: 'server' | 'everything'): Promise<void>;
}

export interface ServerOptions {
  readonly dataDir: string;
  readonly port?: number;
  readonly env?: Readonly<Record<string, string>>;
  readonly timeoutMs?: number;
  /** Another built checkout of this repository, to compare with. */
  readonly root?: string;
}

/** A folder in the system's temporary one that the postgres user may enter. */
export function temporaryFolder(name: string): string {
  const folder = mkdtempSync(path.join(tmpdir(), `parlance-${name}-`));
  chmodSync(folder, 0o755);
  return folder;
}

/** A port that stays a server's over its restarts. */
export async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

/** Where a source file is bundled to. */
export const bundle = (source: string, root = projectRoot): string =>
  path.join(root, 'dist', source.replace(/\.ts$/, '.js'));

/** The environment of a child: ours without what would point it at other engines. */
export function childEnvironment(env: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(
    ([name]) => !/^(PORT|HOST|DATA_DIR|DATABASE_URL|EVENTSTORE_URL|REDIS_URL|MODE|LOG_LEVEL)$/.test(name),
  );
  return { ...Object.fromEntries(kept), ...env };
}

/** Starts it and waits for its line `ready http://…`. */
export async function startServer(options: ServerOptions): Promise<ServerProcess> {
  const child = spawn(process.execPath, ['--enable-source-maps', bundle('src/main/all.ts', options.root)], {
    cwd: options.root ?? projectRoot,
    env: childEnvironment({
      PORT: String(options.port ?? 0),
      DATA_DIR: options.dataDir,
      LOG_LEVEL: 'warn',
      NODE_NO_WARNINGS: '1',
      ...options.env,
    }),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const lines: string[] = [];
  const keep = (line: string): void => {
    lines.push(line);
    if (lines.length > 500) lines.shift();
  };
  createInterface({ input: child.stderr }).on('line', keep);
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const url = await new Promise<string>((resolve, reject) => {
    const timer = setTimeout(() => fail('did not get ready in time'), options.timeoutMs ?? 60_000);
    const fail = (what: string): void => {
      clearTimeout(timer);
      child.kill('SIGKILL');
      reject(new Error(`the server ${what}:\n${lines.slice(-40).join('\n')}`));
    };
    const ended = (code: number | null): void => fail(`ended with ${code ?? 'a signal'}`);
    child.once('exit', ended);
    createInterface({ input: child.stdout }).on('line', (line) => {
      keep(line);
      const ready = /^ready (https?:\/\/\S+)/.exec(line)?.[1];
      if (ready === undefined) return;
      clearTimeout(timer);
      child.off('exit', ended);
      resolve(ready.replace(/\/$/, ''));
    });
  });
  return processOf(child, url, options.dataDir, exited, lines);
}

function processOf(
  child: ChildProcess,
  url: string,
  dataDir: string,
  exited: Promise<void>,
  lines: string[],
): ServerProcess {
  const pid = child.pid ?? 0;
  const postgresPid = (): number | undefined => postmasterPid(dataDir);
  const done = (): boolean => child.exitCode !== null || child.signalCode !== null;
  return {
    url,
    dataDir,
    pid,
    postgresPid,
    pids: () => [pid, ...(postgresPid() === undefined ? [] : [postgresPid()!])],
    output: () => lines.join('\n'),
    stop: async () => {
      if (done()) return;
      const timer = setTimeout(() => child.kill('SIGKILL'), 30_000);
      child.kill('SIGTERM');
      await exited;
      clearTimeout(timer);
    },
    kill9: async (what) => {
      const postmaster = what === 'everything' ? postgresPid() : undefined;
      if (what === 'everything' && postmaster === undefined) throw new Error(`no postmaster.pid below ${dataDir}`);
      const victims = postmaster === undefined ? [] : [postmaster, ...childrenOf(postmaster)];
      child.kill('SIGKILL');
      for (const victim of victims) kill(victim);
      await exited;
      await gone(victims);
    },
  };
}

/** Of the embedded Postgres of a data folder, if it lives. */
export function postmasterPid(dataDir: string): number | undefined {
  const file = postgresFolders(dataDir)
    .map((folder) => path.join(folder, 'postmaster.pid'))
    .find((name) => existsSync(name));
  if (file === undefined) return undefined;
  const pid = Number(readFileSync(file, 'utf8').split('\n')[0]);
  return Number.isInteger(pid) && existsSync(`/proc/${pid}`) ? pid : undefined;
}

/** Folder of the Unix socket and port of the embedded Postgres: lines 5 and 4 of postmaster.pid. */
export function postgresSocket(dataDir: string): { readonly host: string; readonly port: number } {
  for (const folder of postgresFolders(dataDir)) {
    const file = path.join(folder, 'postmaster.pid');
    if (!existsSync(file)) continue;
    const lines = readFileSync(file, 'utf8').split('\n');
    return { host: lines[4]?.trim() ?? '', port: Number(lines[3]) };
  }
  throw new Error(`no postmaster.pid below ${dataDir}`);
}

function postgresFolders(dataDir: string): string[] {
  const below = existsSync(dataDir)
    ? readdirSync(dataDir, { withFileTypes: true }).filter((entry) => entry.isDirectory() || entry.isSymbolicLink())
    : [];
  return [dataDir, ...below.map((entry) => path.join(dataDir, entry.name))];
}

export function childrenOf(pid: number): number[] {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);
  } catch {
    return [];
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It ended by itself meanwhile.
  }
}

async function gone(pids: readonly number[]): Promise<void> {
  const limit = Date.now() + 15_000;
  while (pids.some(alive)) {
    if (Date.now() > limit) throw new Error(`processes outlive SIGKILL: ${pids.filter(alive).join(' ')}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** A zombie that nobody reaps counts as gone. */
function alive(pid: number): boolean {
  try {
    return !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'latin1'));
  } catch {
    return false;
  }
}

/** Ends an embedded Postgres that outlived its server, then removes the folder. */
export async function removeData(dataDir: string): Promise<void> {
  const postmaster = postmasterPid(dataDir);
  if (postmaster !== undefined) {
    process.kill(postmaster, 'SIGINT');
    await gone([postmaster]).catch(() => kill(postmaster));
  }
  rmSync(dataDir, { recursive: true, force: true });
}
