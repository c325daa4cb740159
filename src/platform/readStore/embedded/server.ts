import { existsSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { StartError } from '../../lifecycle/startError.js';
import type { Logger } from '../../observability/logger.js';
import { clientConfig } from '../pool.js';
import { binariesFor } from './binaries.js';
import { clusterExists, createCluster, writeTuning } from './cluster.js';
import { connectionStringOf, layoutOf, prepareSocketDir, removeSocketDir, type Layout } from './layout.js';
import { explainLog, readLogFrom } from './log.js';
import {
  clearMisleadingPids,
  hasOrphans,
  runningPostmaster,
  shutDown,
  spawnPostmaster,
  type Spawned,
} from './postmaster.js';

export const embeddedDatabase = 'parlance';
/** Recovery after a crash reads the whole log since the last checkpoint. */
const startBoundMs = 120_000;
const stopBoundMs = 30_000;

export interface EmbeddedServer {
  readonly connectionString: string;
  /** Of the running postmaster, for those who watch or kill it. */
  pid(): number | undefined;
  /** Adopts the running server of these data or starts it, and waits until it answers. */
  ensure(): Promise<'adopted' | 'started'>;
  /** Fast shutdown: open sessions end, nothing committed is lost. */
  stop(): Promise<void>;
}

export interface EmbeddedOptions {
  readonly dataDir: string;
  readonly logger: Logger;
  /** Settings over ours, for tests that need speed more than durability. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** @throws StartError */
export function embeddedServer(options: EmbeddedOptions): EmbeddedServer {
  const layout = layoutOf(options.dataDir);
  const settings = options.settings ?? {};
  return {
    connectionString: connectionStringOf(layout, embeddedDatabase),
    pid: () => runningPostmaster(layout.cluster),
    ensure: () => ensure(layout, settings, options.logger),
    stop: async () => {
      const pid = runningPostmaster(layout.cluster);
      if (pid === undefined) return;
      if (await shutDown(layout.cluster, pid, stopBoundMs)) removeSocketDir(layout);
      else options.logger.warn({ pid }, 'Postgres is still shutting down');
    },
  };
}

async function ensure(
  layout: Layout,
  settings: Readonly<Record<string, string>>,
  logger: Logger,
): Promise<'adopted' | 'started'> {
  const binaries = binariesFor(layout.user, layout.dataDir);
  if (!clusterExists(layout)) createCluster(layout, binaries);
  prepareSocketDir(layout);
  const until = performance.now() + startBoundMs;
  let spawned: Spawned | undefined;
  let unreachableSince: number | undefined;
  for (let round = 0; performance.now() < until; round++) {
    if (round > 0) await delay(30);
    const pid = runningPostmaster(layout.cluster);
    if (pid !== undefined) {
      if (await answers(layout)) return spawned?.pid === pid ? 'started' : 'adopted';
      unreachableSince = await restartWithoutSocket(layout, pid, unreachableSince, logger);
    } else if (spawned === undefined) {
      if (hasOrphans(layout.cluster)) continue;
      clearMisleadingPids(layout);
      writeTuning(layout);
      spawned = spawnPostmaster(layout, binaries.postgres, settings);
      logger.info({ pid: spawned.pid }, 'Postgres starts');
    } else if (spawned.exited()) {
      const said = readLogFrom(layout.logFile, spawned.logFrom);
      // Another start was faster, or the shared memory of a killed one is still being freed.
      if (!/lock file "[^"]*" already exists|pre-existing shared memory block/.test(said))
        throw new StartError(`Postgres does not start: ${explainLog(said)} (see ${layout.logFile}).`);
      spawned = undefined;
    }
  }
  throw new StartError(`Postgres does not answer within ${String(startBoundMs / 1000)} s (see ${layout.logFile}).`);
}

/** Somebody who cleans /tmp takes the socket away from a running server; it gets a new one by a restart. */
async function restartWithoutSocket(
  layout: Layout,
  pid: number,
  since: number | undefined,
  logger: Logger,
): Promise<number | undefined> {
  if (existsSync(path.join(layout.socketDir, '.s.PGSQL.5432'))) return undefined;
  const now = performance.now();
  if (since === undefined || now - since < 5_000) return since ?? now;
  logger.warn({ pid }, 'Postgres has lost its socket and is restarted');
  await shutDown(layout.cluster, pid, stopBoundMs);
  prepareSocketDir(layout);
  return undefined;
}

/** Connects once, and makes our database when it is not there yet. */
async function answers(layout: Layout): Promise<boolean> {
  const client = new pg.Client(clientConfig(connectionStringOf(layout, 'postgres'), 'parlance start'));
  client.on('error', () => undefined);
  try {
    await client.connect();
    const found = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [embeddedDatabase]);
    if (found.rowCount === 0) await client.query(`CREATE DATABASE ${embeddedDatabase}`);
    return true;
  } catch (error) {
    const code = (error as { code?: string }).code ?? '';
    // Not up yet, going down, or another start has just made the database.
    if (/^(57P0[1-3]|ENOENT|ECONNREFUSED|ECONNRESET|EPIPE|42P04|23505|55006)$/.test(code) || code === '') return false;
    if (/^53100$/.test(code)) throw new StartError('Postgres does not start: the disk is full.', { cause: error });
    throw new StartError(`The embedded Postgres refuses its own server (${code}; see ${layout.logFile}).`, {
      cause: error,
    });
  } finally {
    await client.end().catch(() => undefined);
  }
}
