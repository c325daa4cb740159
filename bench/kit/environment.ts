import { spawn } from 'node:child_process';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { projectRoot } from '../../src/platform/config/root.js';
import {
  bundle,
  childEnvironment,
  removeData,
  startServer,
  temporaryFolder,
  type ServerProcess,
} from '../../test/kit/serverProcess.js';
import type { NamedProcess } from './measure.js';

export interface Prepared {
  readonly dataDir: string;
  readonly tokens: string;
  readonly env: Readonly<Record<string, string>>;
  /** The checkout whose server it is for. */
  readonly root: string;
  dispose(): Promise<void>;
}

/** Tokens outlive the bench. Everything else is as it is served, rate limits included, unless a bench says why not. */
const benchEnvironment = { ACCESS_TOKEN_TTL_SECONDS: '86400' } as const;

/** A fresh data folder filled by the seed script, which is the way an operator would fill it. */
export async function prepare(
  name: string,
  seed: { readonly accounts: number; readonly conversations: number; readonly messages: number },
  env: Readonly<Record<string, string>> = {},
  root = projectRoot,
): Promise<Prepared> {
  const dataDir = temporaryFolder(name);
  const tokens = path.join(dataDir, 'tokens.jsonl');
  const all = { ...benchEnvironment, ...env };
  const dispose = (): Promise<void> => removeData(dataDir);
  const args = Object.entries({ ...seed, tokens }).flatMap(([flag, value]) => [`--${flag}`, String(value)]);
  try {
    await run(process.execPath, [bundle('src/main/seed.ts', root), ...args], { ...all, DATA_DIR: dataDir }, root);
  } catch (error) {
    await dispose();
    throw error;
  }
  return { dataDir, tokens, env: all, root, dispose };
}

/** Starts a server on prepared data for `work`, and stops it. `env` is over the data's own. */
export async function onServer<T>(
  prepared: Prepared,
  env: Readonly<Record<string, string>>,
  work: (server: ServerProcess) => Promise<T>,
): Promise<T> {
  const server = await startServer({
    dataDir: prepared.dataDir,
    env: { ...prepared.env, ...env },
    root: prepared.root,
  });
  try {
    return await work(server);
  } finally {
    await server.stop();
  }
}

/** The same, and removes the data afterwards. */
export async function withServer<T>(prepared: Prepared, work: (server: ServerProcess) => Promise<T>): Promise<T> {
  try {
    return await onServer(prepared, {}, work);
  } finally {
    await prepared.dispose();
  }
}

export const processesOf = (server: ServerProcess): NamedProcess[] => {
  const postgres = server.postgresPid();
  return [
    { name: 'server', pid: server.pid },
    ...(postgres === undefined ? [] : [{ name: 'postgres', pid: postgres }]),
  ];
};

/** Runs a command to its end; its standard output goes to ours' error stream, so that figures stay alone on standard output. */
export async function run(
  command: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  cwd = projectRoot,
): Promise<void> {
  const child = spawn(command, args, {
    cwd,
    env: childEnvironment({ NODE_NO_WARNINGS: '1', ...env }),
    stdio: ['ignore', 2, 2],
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', resolve);
  });
  if (code !== 0)
    throw new Error(`${path.basename(command)} ${args.slice(0, 3).join(' ')} … ended with ${code ?? 'a signal'}`);
}

export interface WireDouble {
  readonly url: string;
  readonly pid: number;
  stop(): void;
}

/** The stand-in of EventStoreDB, in a process of its own as the real one would be. */
export async function startWireDouble(): Promise<WireDouble> {
  const child = spawn(process.execPath, [bundle('test/wireDouble/main.ts')], {
    cwd: projectRoot,
    env: childEnvironment({ PORT: '0', NODE_NO_WARNINGS: '1' }),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const url = await new Promise<string>((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`the wire double ended with ${code ?? 'a signal'}`)));
    createInterface({ input: child.stdout }).on('line', (line) => {
      const url = /esdb:\/\/[^"\s]+/.exec(line)?.[0];
      if (url !== undefined) resolve(url);
    });
  });
  return { url, pid: child.pid ?? 0, stop: () => void child.kill('SIGKILL') };
}
