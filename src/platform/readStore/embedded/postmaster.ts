import { spawn } from 'node:child_process';
import { closeSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { StartError } from '../../lifecycle/startError.js';
import { cleanEnvironment, heldSettings } from './cluster.js';
import { reasonOf, type Layout } from './layout.js';
import { openLog } from './log.js';
import { isAlive } from './process.js';

/** The pid of the postmaster that serves the cluster, if it lives. A pid that something else has now does not count. */
export function runningPostmaster(cluster: string): number | undefined {
  const pid = pidIn(path.join(cluster, 'postmaster.pid'));
  return pid !== undefined && servesCluster(pid, cluster) ? pid : undefined;
}

/** Whether processes of a killed postmaster still hold the data; they end within a moment of its death. */
export function hasOrphans(cluster: string): boolean {
  if (process.platform !== 'linux') return false;
  return readdirSync('/proc').some((entry) => /^\d+$/.test(entry) && workingFolder(Number(entry)) === cluster);
}

/**
 * Removes the lock files of a killed postmaster, of its data and of its socket, when its pid still answers: a stranger has
 * it now, which is the rule in containers, or nobody has reaped it yet. Postgres itself would take either for a postmaster.
 * All other stale files Postgres removes by itself.
 */
export function clearMisleadingPids({ cluster, socketDir }: Pick<Layout, 'cluster' | 'socketDir'>): void {
  for (const file of [path.join(cluster, 'postmaster.pid'), path.join(socketDir, '.s.PGSQL.5432.lock')]) {
    const pid = pidIn(file);
    if (pid !== undefined && isAlive(pid) && !servesCluster(pid, cluster)) rmSync(file, { force: true });
  }
}

export interface Spawned {
  readonly pid: number;
  /** Where its own part of the log begins. */
  readonly logFrom: number;
  readonly exited: () => boolean;
}

/** In a session of its own, so that Ctrl-C does not reach it before our drain, and so that it outlives a kill of ours. */
export function spawnPostmaster(layout: Layout, postgres: string, settings: Readonly<Record<string, string>>): Spawned {
  let log: { fd: number; from: number };
  try {
    log = openLog(layout.logFile);
  } catch (cause) {
    throw new StartError(`The log of Postgres (${layout.logFile}) cannot be written: ${reasonOf(cause)}.`, { cause });
  }
  const options = Object.entries({ ...heldSettings(layout), ...settings }).flatMap(([name, value]) => [
    '-c',
    `${name}=${value}`,
  ]);
  const child = spawn(postgres, ['-D', layout.cluster, ...options], {
    cwd: '/',
    detached: true,
    env: cleanEnvironment,
    stdio: ['ignore', log.fd, log.fd],
    ...layout.user,
  });
  closeSync(log.fd);
  let exited = false;
  child.once('exit', () => (exited = true));
  child.once('error', () => (exited = true));
  child.unref();
  return { pid: child.pid ?? 0, logFrom: log.from, exited: () => exited };
}

/** Asks the postmaster to end the sessions and shut down; waits for it. @returns false when it is still there. */
export async function shutDown(cluster: string, pid: number, boundMs: number): Promise<boolean> {
  signal(pid, 'SIGINT');
  const until = performance.now() + boundMs;
  while (servesCluster(pid, cluster)) {
    if (performance.now() > until) return false;
    await delay(20);
  }
  return true;
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It has gone by itself.
  }
}

function pidIn(file: string): number | undefined {
  try {
    const pid = Number(readFileSync(file, 'utf8').split('\n')[0]);
    return Number.isSafeInteger(pid) && pid > 1 ? pid : undefined;
  } catch {
    return undefined;
  }
}

/** Postgres works in its data folder, so /proc tells it from a stranger with the same pid. */
function servesCluster(pid: number, cluster: string): boolean {
  if (process.platform === 'linux') return workingFolder(pid) === cluster;
  return isAlive(pid);
}

function workingFolder(pid: number): string | undefined {
  try {
    return readlinkSync(`/proc/${String(pid)}/cwd`);
  } catch {
    return undefined;
  }
}
