import type { Logger } from '../../observability/logger.js';
import { EventStoreError, type EventStore } from '../port.js';
import { appender } from './append.js';
import { connect } from './client.js';
import { readLogId } from './logId.js';
import { reader as readerOf } from './read.js';
import { streamLife } from './streams.js';
import { sharedSubscription } from './shared.js';
import { subscribe } from './subscribe.js';

export interface EventStoreDbOptions {
  /** esdb://… or esdb+discover://… */
  readonly connectionString: string;
  readonly logger: Logger;
  /** How long an append may stay without an answer before it is in doubt (F1), and a read silent (F5). */
  readonly appendDeadlineMs?: number;
}

/** The event store in EventStoreDB or KurrentDB. */
export function eventStoreDbEventStore({
  connectionString,
  logger,
  appendDeadlineMs = 5000,
}: EventStoreDbOptions): EventStore {
  const connection = connect(connectionString);
  const reader = readerOf(connection.client, appendDeadlineMs);
  const writes = appender({
    connection,
    deadlineMs: appendDeadlineMs,
    lastCommit: () => reader.lastCommit(),
    lastEvents: (stream, count) => reader.lastEvents(stream, count),
  });
  const life = streamLife(connection, reader, writes, appendDeadlineMs);
  const closed = new AbortController();
  const subscription = sharedSubscription((after, signal) =>
    subscribe(after, {
      connection,
      reader,
      logger,
      signal: AbortSignal.any([signal, closed.signal]),
      saw: (commit) => writes.saw(commit),
    }),
  );
  let id: Promise<string> | undefined;

  const mustBeOpen = (): void => {
    if (closed.signal.aborted) throw new EventStoreError('closed', 'The event store is closed.');
  };

  return {
    refusesKnownIds: false,
    logId: async () => {
      mustBeOpen();
      id ??= readLogId(reader, writes).catch((error: unknown) => {
        id = undefined;
        throw error;
      });
      return id;
    },
    append: async (request) => {
      mustBeOpen();
      return writes.append(request);
    },
    async *readStream(stream, options) {
      mustBeOpen();
      yield* reader.readStream(stream, options);
    },
    async *readLog(after, { limit = Infinity } = {}) {
      mustBeOpen();
      yield* reader.readLog(after, limit);
    },
    subscribe: (after, { signal }) => {
      mustBeOpen();
      return subscription(after, AbortSignal.any([signal, closed.signal]));
    },
    head: async () => {
      mustBeOpen();
      return reader.head();
    },
    truncateBefore: async (stream, revision) => {
      mustBeOpen();
      await life.truncateBefore(stream, revision);
    },
    deleteStream: async (stream) => {
      mustBeOpen();
      await life.deleteStream(stream);
    },
    close: async () => {
      if (closed.signal.aborted) return;
      closed.abort();
      await writes.idle();
      await connection.close();
    },
  };
}
