import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import type { Logger } from '../observability/logger.js';
import { heartbeat } from '../readStore/heartbeat.js';
import { clientConfig } from '../readStore/pool.js';
import { formatKeyRef } from './seal.js';

/** Half of the promised 5 s, so that one lost answer does not cost the cache. */
const everyMs = 2_000;
const promiseMs = 5_000;

export interface DestroyedWatch {
  /** Whether every destruction older than 5 s has been told to `onDestroyed`. */
  isFresh(): boolean;
  close(): Promise<void>;
}

/**
 * Follows `destroyed_keys`, on every node. A notification makes it look at once; it looks every two seconds anyway, since
 * a notification is lost with its connection. When it cannot look, `isFresh` says so within 5 s of the last look.
 */
export async function watchDestroyed(options: {
  readonly pool: pg.Pool;
  readonly connectionString: string;
  readonly logger: Logger;
  readonly onDestroyed: (id: string) => void;
}): Promise<DestroyedWatch> {
  let last =
    (await options.pool.query<{ last: bigint }>('SELECT coalesce(max(seq), 0) AS last FROM destroyed_keys')).rows[0]
      ?.last ?? 0n;
  let lookedAt = performance.now();
  let looking: Promise<void> | undefined;
  let again = false;
  const closing = new AbortController();

  async function look(): Promise<void> {
    const asked = performance.now();
    const { rows } = await options.pool.query<{ seq: bigint; subject: string; scope: string }>(
      'SELECT seq, subject, scope FROM destroyed_keys WHERE seq > $1 ORDER BY seq',
      [last],
    );
    for (const row of rows) {
      options.onDestroyed(formatKeyRef(row));
      last = row.seq;
    }
    lookedAt = asked;
  }

  function lookSoon(): void {
    if (looking !== undefined) {
      again = true;
      return;
    }
    looking = look()
      .catch((error: unknown) => options.logger.warn({ err: error }, 'destroyed keys cannot be read'))
      .finally(() => {
        looking = undefined;
        if (again && !closing.signal.aborted) {
          again = false;
          lookSoon();
        }
      });
  }

  const timer = setInterval(lookSoon, everyMs);
  timer.unref();
  const listening = listen(options.connectionString, lookSoon, closing.signal);
  return {
    isFresh: () => performance.now() - lookedAt < promiseMs,
    async close() {
      clearInterval(timer);
      closing.abort();
      await looking;
      await listening;
    },
  };
}

async function listen(connectionString: string, onNotice: () => void, signal: AbortSignal): Promise<void> {
  for (let pause = 50; !signal.aborted; pause = Math.min(2 * pause, 2_000)) {
    const client = new pg.Client(clientConfig(connectionString, 'parlance keys'));
    const ended = new Promise<void>((resolve) => client.once('end', resolve));
    client.on('error', () => undefined);
    client.on('notification', onNotice);
    try {
      await client.connect();
      heartbeat(client);
      await client.query('LISTEN keys_destroyed');
      onNotice();
      pause = 50;
      await Promise.race([ended, aborted(signal)]);
    } catch {
      // The poll goes on meanwhile; we try again.
    } finally {
      await client.end().catch(() => undefined);
    }
    await delay(pause, undefined, { signal }).catch(() => undefined);
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
