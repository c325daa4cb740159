import type pg from 'pg';
import type { Clock } from '../../clock/port.js';
import type { Logger } from '../../observability/logger.js';
import { EventStoreError, type EventStore, type Position, type ReadOptions, type StoredEvent } from '../port.js';
import { listener } from './listen.js';
import { reader as readerOf } from './sql.js';
import { subscribe } from './subscribe.js';
import { tail as tailOf } from './tail.js';
import { writer as writerOf } from './writer.js';

export interface PostgresEventStoreOptions {
  /** For reads. Stays the caller's to end. */
  readonly pool: pg.Pool;
  /** For the sessions of the adapter's own: one that appends, one that listens. No pooler of transactions in between. */
  readonly listenConnectionString: string;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly appendTimeoutMs?: number;
  readonly gatherMs?: number;
  /** How often the session that listens has to answer. */
  readonly heartbeatMs?: number;
  /** Bounds of the log's end that is held in memory. */
  readonly tailEvents?: number;
  readonly tailBytes?: number;
}

const pageEvents = 256;

/** The event store in Postgres (DESIGN 2): schema/sql/0001_events.sql, which must have been applied. */
export function postgresEventStore(options: PostgresEventStoreOptions): EventStore {
  const { pool, listenConnectionString: connectionString, clock, logger } = options;
  const reader = readerOf(pool);
  const tail = tailOf({
    reader,
    logger,
    maxEvents: options.tailEvents ?? 8_192,
    maxBytes: options.tailBytes ?? 32 * 1024 * 1024,
  });
  const writer = writerOf({
    connectionString,
    now: () => clock.now(),
    logger,
    timeoutMs: options.appendTimeoutMs ?? 10_000,
    gatherMs: options.gatherMs ?? 10,
    onFlush: { started: () => tail.flushStarted(), ended: (stored, bytes) => tail.flushEnded(stored, bytes) },
  });
  const closed = new AbortController();
  let listening: ReturnType<typeof listener> | undefined;

  function mustBeOpen(): void {
    if (closed.signal.aborted) throw new EventStoreError('closed', 'The event store is closed.');
  }

  async function* readStream(
    stream: string,
    { from, direction, limit = Infinity }: ReadOptions = {},
  ): AsyncGenerator<StoredEvent> {
    const backwards = direction === 'backwards';
    let next = from ?? (backwards ? Number.MAX_SAFE_INTEGER : 0);
    for (let left = limit; left > 0;) {
      mustBeOpen();
      const size = Math.min(left, pageEvents);
      const page = await (backwards ? reader.backwards(stream, next, size) : reader.forwards(stream, next, size));
      yield* page;
      left -= page.length;
      const last = page.at(-1);
      if (last === undefined || page.length < size || (backwards && last.revision === 0)) return;
      next = last.revision + (backwards ? -1 : 1);
    }
  }

  async function* readLog(after: Position, limit = Infinity): AsyncGenerator<StoredEvent> {
    let end: Position | undefined;
    let at = after;
    for (let left = limit; left > 0;) {
      mustBeOpen();
      const page = await reader.logPage(at, Math.min(left, pageEvents));
      end ??= page.head;
      for (const event of page.events) {
        if (event.position > end) return;
        yield event;
      }
      left -= page.events.length;
      at = page.to;
      if (at >= end) return;
    }
  }

  return {
    refusesKnownIds: true,
    async logId() {
      mustBeOpen();
      return reader.logId();
    },
    append: (request) => writer.append(request),
    readStream,
    readLog: (after, { limit } = {}) => readLog(after, limit),
    subscribe(after, { signal }) {
      mustBeOpen();
      listening ??= listener({
        connectionString,
        logger,
        heartbeatMs: options.heartbeatMs,
        onConnect: () => tail.refresh(),
        onHint: (position) => tail.hint(position),
        onPoll: () => tail.poll(),
      });
      return subscribe(after, { reader, tail, signal: AbortSignal.any([signal, closed.signal]) });
    },
    async head() {
      mustBeOpen();
      return reader.head();
    },
    async truncateBefore(stream, revision) {
      mustBeOpen();
      await reader.run('SELECT truncate_stream($1, $2)', [stream, revision]);
    },
    async deleteStream(stream) {
      mustBeOpen();
      await reader.run('SELECT delete_stream($1)', [stream]);
    },
    async close() {
      await writer.close();
      closed.abort();
      tail.close();
      await listening?.close();
    },
  };
}
