import { spawn, spawnSync } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo } from 'node:net';
import path from 'node:path';
import { StartError } from '../../platform/lifecycle/index.js';
import type { Site } from './engine.js';

/** Where a program lies, if PATH has it. */
export function onPath(program: string): string | undefined {
  const found = spawnSync('sh', ['-c', 'command -v "$1"', 'sh', program], { encoding: 'utf8' });
  return found.status === 0 ? found.stdout.trim() : undefined;
}

/** Installs the Debian package of a program that is not on PATH. @throws StartError when it cannot */
export function fromApt(program: string, packageName: string, { say }: Pick<Site, 'say'>): void {
  if (onPath(program) !== undefined) return;
  if (process.getuid?.() !== 0 || onPath('apt-get') === undefined)
    throw new StartError(`${program} is missing: install the package ${packageName}.`);
  say(`installing ${packageName}`);
  const apt = (...args: string[]): string | undefined => {
    const run = spawnSync('apt-get', ['-qq', ...args], {
      encoding: 'utf8',
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    });
    return run.status === 0 ? undefined : run.stderr.trim().split('\n').at(-1);
  };
  const install = (): string | undefined => apt('install', '-y', '--no-install-recommends', packageName);
  // The list of packages may be old, or not there at all.
  const failed = install() === undefined ? undefined : (apt('update') ?? install());
  if (failed !== undefined || onPath(program) === undefined)
    throw new StartError(`${packageName} cannot be installed: ${failed ?? `it brings no ${program}`}.`);
}

/** Runs it in a session of its own, which outlives ours, with its output in LOG of the engine's folder. */
export function launch(site: Site, program: string, args: readonly string[]): number {
  const log = openSync(logOf(site), 'a');
  const child = spawn(program, args, { cwd: site.folder, detached: true, stdio: ['ignore', log, log] });
  closeSync(log);
  child.on('error', () => undefined);
  child.unref();
  if (child.pid === undefined) throw new StartError(`${program} cannot be run.`);
  return child.pid;
}

export const logOf = ({ folder }: Pick<Site, 'folder'>): string => path.join(folder, 'engine.log');

/** What it last wrote, for the report of a start that failed. */
export function lastWords(site: Pick<Site, 'folder'>): string {
  try {
    return readFileSync(logOf(site), 'utf8').trim().split('\n').slice(-5).join('\n');
  } catch {
    return '';
  }
}

/** Free at the moment of asking. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

/** Sends a line to a port of loopback and resolves with the first answer; empty when there is none. */
export function ask(port: number, line: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port });
    const done = (answer: string): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(1_000, () => done(''));
    socket.once('connect', () => socket.write(line));
    socket.once('data', (data) => done(data.toString('utf8')));
    socket.once('error', () => done(''));
    socket.once('close', () => done(''));
  });
}
