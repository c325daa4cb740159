import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { StartError } from '../lifecycle/startError.js';
import type { Logger } from '../observability/logger.js';
import type { EmbeddedServer } from './embedded/server.js';
import { clientConfig } from './pool.js';

/** Advisory locks (class, id): whoever uses the engine shares the first; the one server holds the second alone. */
const lockClass = 0x70726c63;
const users = 1;
const soleServer = 2;
/** A killed server's session ends a moment after it. */
const patienceMs = 2_000;

export interface ServerLock {
  /** Stops the engine when no other session uses it; lets go of the locks either way. */
  releaseAndStop(): Promise<void>;
}

interface Holding {
  readonly client: pg.Client;
  readonly broken: Promise<void>;
}

/**
 * Holds the locks for as long as the process lives. When the session breaks, Postgres may be dead: it is started again
 * and the locks are taken anew. `onLost` is called if another server has taken the exclusive one meanwhile.
 */
export async function holdServerLock(
  server: EmbeddedServer,
  options: { exclusive: boolean; dataDir: string; logger: Logger; onLost: () => void },
): Promise<ServerLock> {
  let holding = await take(server, options.exclusive, options.dataDir);
  const state = { released: false };
  const isReleased = (): boolean => state.released;
  const watching = watch();
  return {
    async releaseAndStop() {
      if (state.released) return;
      state.released = true;
      const alone = await isLastUser(holding.client).catch(() => false);
      // Our session lives until the shutdown ends it: who starts meanwhile waits for the lock and is not cut off half-way.
      if (alone) await server.stop();
      await holding.client.end().catch(() => undefined);
      await watching;
    },
  };

  async function watch(): Promise<void> {
    for (;;) {
      await holding.broken;
      if (state.released) return;
      options.logger.error('Postgres has gone away; it is started again');
      for (let pause = 50; !state.released; pause = Math.min(2 * pause, 2_000)) {
        try {
          await server.ensure();
          holding = await take(server, options.exclusive, options.dataDir);
          if (isReleased()) await holding.client.end();
          options.logger.warn('Postgres is back');
          break;
        } catch (error) {
          if (error instanceof AlreadyRunningError) {
            options.onLost();
            return;
          }
          options.logger.error({ err: error }, 'Postgres cannot be started again yet');
          await delay(pause);
        }
      }
    }
  }
}

export class AlreadyRunningError extends StartError {
  override name = 'AlreadyRunningError';
}

async function take(server: EmbeddedServer, exclusive: boolean, dataDir: string): Promise<Holding> {
  for (let attempt = 0; ; attempt++) {
    const client = new pg.Client(clientConfig(server.connectionString, exclusive ? 'parlance server' : 'parlance'));
    const broken = new Promise<void>((resolve) => client.once('end', resolve));
    client.on('error', () => undefined);
    try {
      await client.connect();
      await client.query('SELECT pg_advisory_lock_shared($1, $2)', [lockClass, users]);
      if (exclusive) await takeExclusive(client, dataDir);
      return { client, broken };
    } catch (error) {
      await client.end().catch(() => undefined);
      // Cut off by the shutdown of the last user before us: start the engine again.
      if (error instanceof StartError || attempt >= 5) throw error;
      await server.ensure();
    }
  }
}

async function takeExclusive(client: pg.Client, dataDir: string): Promise<void> {
  const until = performance.now() + patienceMs;
  for (;;) {
    const { rows } = await client.query<{ taken: boolean }>('SELECT pg_try_advisory_lock($1, $2) AS taken', [
      lockClass,
      soleServer,
    ]);
    if (rows[0]?.taken === true) return;
    if (performance.now() > until)
      throw new AlreadyRunningError(
        `Parlance is already running on the data in ${dataDir}; stop it first, or give this one another DATA_DIR.`,
      );
    await delay(100);
  }
}

async function isLastUser(client: pg.Client): Promise<boolean> {
  await client.query('SELECT pg_advisory_unlock_shared($1, $2)', [lockClass, users]);
  const { rows } = await client.query<{ taken: boolean }>('SELECT pg_try_advisory_lock($1, $2) AS taken', [
    lockClass,
    users,
  ]);
  return rows[0]?.taken === true;
}
