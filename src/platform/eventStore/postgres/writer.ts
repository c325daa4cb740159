import pg from 'pg';
import type { Logger } from '../../observability/logger.js';
import { EventStoreError, type AppendOutcome, type Position, type StoredEvent } from '../port.js';
import { backoff, connect, discard, pause, rawTypes } from './connection.js';
import { batchEncoder } from './encode.js';
import { prepare } from './prepare.js';
import { appendQueue, type Waiting } from './queue.js';
import type { AppendRequest } from '../port.js';

const flushBound = { events: 2000, bytes: 2 * 1024 * 1024 };
// Shutdown and broken connections: the statement may have been committed.
const endsSession = /^(?:57P|08)/;
const maxWaiting = 100_000;

export interface WriterOptions {
  readonly connectionString: string;
  readonly now: () => number;
  readonly logger: Logger;
  /** How long an append may wait for its answer, through reconnects. */
  readonly timeoutMs: number;
  /** The least time from one flush's start to the next's, when there was more than one append to carry. */
  readonly gatherMs: number;
  /** Told of every flush, and what it stored, in the order of the log. */
  readonly onFlush: { started(): void; ended(stored: readonly StoredEvent[], bytes: number): void };
}

export interface Writer {
  append(request: AppendRequest): Promise<AppendOutcome>;
  /** Answers what waits, as far as the connection allows, and refuses what comes after. */
  close(): Promise<void>;
}

type Answer = ['a', number, number, boolean] | ['c', number | null] | ['k', string[]];

const sql = {
  name: 'append_events',
  text: 'SELECT append_events($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)',
  rowMode: 'array' as const,
  types: rawTypes,
};

/**
 * Group commit: while one flush is in flight the next batch gathers. A flush that got no answer is repeated as it was:
 * append_events knows each append again by its ids, so that nothing is stored twice.
 */
export function writer(options: WriterOptions): Writer {
  const queue = appendQueue();
  const encode = batchEncoder();
  const wait = pause();
  let client: pg.Client | undefined;
  let running: Promise<void> | undefined;
  let closing = false;

  function forget(session: pg.Client): void {
    if (client === session) client = undefined;
  }

  function settle(waiting: Waiting, outcome: AppendOutcome | EventStoreError): void {
    queue.done(waiting);
    if (outcome instanceof EventStoreError) waiting.reject(outcome);
    else waiting.resolve(outcome);
  }

  async function run(): Promise<void> {
    // Everything that this turn of the event loop brings shares the first flush.
    await new Promise((resolve) => setImmediate(resolve));
    let failures = 0;
    while (queue.size > 0) {
      const started = performance.now();
      const batch = await attempt();
      if (batch === undefined) {
        if (closing) giveUp(Infinity);
        else await wait(backoff(failures++));
        giveUp(performance.now() - options.timeoutMs);
        continue;
      }
      failures = 0;
      const spare = options.gatherMs - (performance.now() - started);
      if (batch > 1 && spare > 0 && !closing) await new Promise((resolve) => setTimeout(resolve, spare));
    }
    running = undefined;
  }

  /** One flush; gives the number of appends it carried, or undefined when the connection failed. */
  async function attempt(): Promise<number | undefined> {
    try {
      client ??= await connect(options.connectionString, 'parlance-append', forget);
    } catch (error) {
      options.logger.warn({ code: codeOf(error) }, 'the event store cannot be reached; appends wait');
      return undefined;
    }
    const batch = queue.take(flushBound.events, flushBound.bytes);
    return (await flush(client, batch)) ? batch.length : undefined;
  }

  async function flush(session: pg.Client, batch: readonly Waiting[]): Promise<boolean> {
    const recordedAt = options.now();
    let stored: StoredEvent[] = [];
    let bytes = 0;
    options.onFlush.started();
    try {
      const answers = await answersOf(session, batch, recordedAt);
      ({ stored, bytes } = storedBy(batch, answers, recordedAt));
      batch.forEach((waiting, index) => settle(waiting, outcomeOf(answers[index]!)));
      return true;
    } catch (error) {
      if (error instanceof pg.DatabaseError && !endsSession.test(error.code ?? ''))
        return await refused(session, batch, error);
      options.logger.warn({ code: codeOf(error), appends: batch.length }, 'a flush got no answer; it is repeated');
      for (const waiting of batch) waiting.inDoubt = true;
      queue.putBack(batch);
      forget(session);
      discard(session);
      return false;
    } finally {
      options.onFlush.ended(stored, bytes);
    }
  }

  async function answersOf(session: pg.Client, batch: readonly Waiting[], recordedAt: number): Promise<Answer[]> {
    const values = encode(
      batch.map((waiting) => waiting.prepared),
      recordedAt,
    );
    // The socket says nothing when the server or the network only goes silent.
    const timer = setTimeout(() => discard(session), options.timeoutMs / 2);
    try {
      const { rows } = await session.query<[string]>({ ...sql, values });
      return JSON.parse(rows[0]![0]) as Answer[];
    } finally {
      clearTimeout(timer);
    }
  }

  /** The whole statement was rolled back. When data is to blame, each append is tried alone, so that the others succeed. */
  async function refused(session: pg.Client, batch: readonly Waiting[], error: pg.DatabaseError): Promise<boolean> {
    const blamesData = /^(?:22|54)/.test(error.code ?? '');
    options.logger.error({ code: error.code, appends: batch.length }, 'a flush was refused');
    if (!blamesData || batch.length === 1) {
      const code = blamesData ? 'invalid' : 'unavailable';
      for (const waiting of batch)
        settle(waiting, new EventStoreError(code, 'The event store refused the append.', { cause: error }));
      return true;
    }
    for (const [index, waiting] of batch.entries()) {
      if (await flush(session, [waiting])) continue;
      queue.putBack(batch.slice(index + 1));
      return false;
    }
    return true;
  }

  function giveUp(before: number): void {
    for (const waiting of queue.expired(before)) {
      waiting.reject(
        waiting.inDoubt
          ? new EventStoreError('in_doubt', 'The event store did not answer; the append may be stored.')
          : new EventStoreError('unavailable', 'The event store cannot be reached; nothing was written.'),
      );
    }
  }

  return {
    append(request) {
      return new Promise((resolve, reject) => {
        if (closing) throw new EventStoreError('closed', 'The event store is closed.');
        if (queue.size >= maxWaiting)
          throw new EventStoreError('unavailable', 'Too many appends wait; nothing was written.');
        queue.add({ prepared: prepare(request), since: performance.now(), inDoubt: false, resolve, reject });
        running ??= run();
      });
    },
    async close() {
      closing = true;
      wait.wake();
      await running;
      if (client !== undefined) await client.end().catch(() => undefined);
    },
  };
}

function outcomeOf(answer: Answer): AppendOutcome {
  switch (answer[0]) {
    case 'a':
      return { kind: 'appended', revision: answer[1], position: BigInt(answer[2]) as Position, repeated: answer[3] };
    case 'c':
      return { kind: 'conflict', current: answer[1] };
    case 'k':
      return { kind: 'known_ids', ids: answer[1] };
  }
}

function storedBy(
  batch: readonly Waiting[],
  answers: readonly Answer[],
  recordedAt: number,
): { stored: StoredEvent[]; bytes: number } {
  const stored: StoredEvent[] = [];
  let bytes = 0;
  batch.forEach(({ prepared }, index) => {
    const answer = answers[index]!;
    if (answer[0] !== 'a' || answer[3]) return;
    bytes += prepared.bytes;
    prepared.events.forEach((event, place) => {
      const back = prepared.events.length - 1 - place;
      const position = BigInt(answer[2] - back) as Position;
      const { id, type, data, metadata } = event;
      stored.push({
        id,
        type,
        data,
        metadata,
        stream: prepared.stream,
        revision: answer[1] - back,
        position,
        recordedAt,
      });
    });
  });
  return { stored, bytes };
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'none';
}
