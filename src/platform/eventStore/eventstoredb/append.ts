import { setTimeout as delay } from 'node:timers/promises';
import { EventStoreError, type AppendOutcome, type AppendRequest, type StoredEvent } from '../port.js';
import { batchWriter, type Reply, type Write, type Writer } from './batchWriter.js';
import type { Connection } from './client.js';
import { encode, MAX_EVENTS, positionOf } from './encode.js';
import { toStoreError } from './errors.js';
import { singleWriter } from './singleWriter.js';

/** A2. */
const MAX_BYTES = 1024 * 1024;
/** Repeats of what never left: enough for the client to make its channel again. */
const RESENDS = 4;
/** In-doubt appends are repeated for this many deadlines together. */
const DEADLINES = 3;

export interface AppenderOptions {
  readonly connection: Connection;
  readonly deadlineMs: number;
  /** Commit position of the last record of the log, and the stream's last `count` events; for what an answer leaves open. */
  readonly lastCommit: () => Promise<bigint>;
  readonly lastEvents: (stream: string, count: number) => Promise<readonly StoredEvent[]>;
}

export interface Appender {
  append(request: AppendRequest): Promise<AppendOutcome>;
  /** An append without retries, to a system stream too. */
  writeOnce(write: Write): Promise<Reply>;
  /** Tells of a commit position that was seen by other means. */
  saw(commit: bigint): void;
  /** Appends that have not settled. */
  idle(): Promise<void>;
}

export function appender({ connection, deadlineMs, lastCommit, lastEvents }: AppenderOptions): Appender {
  const writing = new Set<Promise<unknown>>();
  let highest: bigint | undefined;
  let seeding: Promise<void> | undefined;
  let writer: Promise<Writer> | undefined;
  let batch: Writer | undefined;

  const chooseWriter = (): Promise<Writer> => {
    writer ??= connection.supportsBatchAppend().then(
      (supported) => (supported ? (batch ??= batchWriter(connection)) : singleWriter(connection)),
      (error: unknown) => {
        writer = undefined;
        throw error;
      },
    );
    return writer;
  };

  const send = async (write: Write): Promise<Reply> => {
    // W1: the question for the server's features has no deadline.
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => reject(new Error('The server did not tell its features.')), deadlineMs);
    });
    try {
      const chosen = await Promise.race([chooseWriter(), late]);
      return await chosen(write, deadlineMs);
    } catch (cause) {
      return { kind: 'not_sent', cause };
    } finally {
      clearTimeout(timer);
    }
  };

  const saw = (commit: bigint): void => {
    if (highest === undefined || commit > highest) highest = commit;
  };

  /** The repeat of a no_stream append to a soft-deleted stream meets its own events, at another revision (L1). */
  const isOwnWrite = async (request: AppendRequest, current: number | null): Promise<StoredEvent | null> => {
    if (current === null) return null;
    const last = await lastEvents(request.stream, request.events.length);
    const own =
      last.length === request.events.length && last.every(({ id }, index) => id === request.events[index]?.id);
    return own ? (last.at(-1) ?? null) : null;
  };

  const append = async (request: AppendRequest): Promise<AppendOutcome> => {
    const write = checked(request);
    // A fresh append lies past every position that was known when it was sent; what does not had been stored before.
    if (highest === undefined) {
      seeding ??= lastCommit().then(saw, () => {
        seeding = undefined;
      });
      await seeding;
    }
    const before = highest;
    const exact = typeof request.expected === 'number' || request.expected === 'no_stream';
    const giveUpAt = performance.now() + DEADLINES * deadlineMs;
    let doubted = false;
    let resends = 0;
    for (let attempt = 0; ; attempt += 1) {
      const reply = await send(write);
      switch (reply.kind) {
        case 'stored': {
          const repeated = !doubted && before !== undefined && reply.commit <= before;
          saw(reply.commit);
          return {
            kind: 'appended',
            revision: reply.revision,
            position: positionOf(reply.commit, request.events.length - 1),
            repeated,
          };
        }
        case 'conflict': {
          const own = doubted ? await isOwnWrite(request, reply.current) : null;
          if (!own) return { kind: 'conflict', current: reply.current };
          return { kind: 'appended', revision: own.revision, position: own.position, repeated: false };
        }
        case 'failed':
          throw reply.error;
        case 'in_doubt':
          doubted = true;
          // A6: only at an exact revision is a repeat answered with what was stored; with any it may be stored twice.
          if (!exact || performance.now() >= giveUpAt) throw inDoubt(reply.cause);
          break;
        case 'not_sent':
          resends += 1;
          if (doubted ? performance.now() >= giveUpAt : resends > RESENDS)
            throw doubted ? inDoubt(reply.cause) : toStoreError(reply.cause);
          break;
      }
      await delay(Math.min(20 * 2 ** attempt, 500));
    }
  };

  const tracked = <T>(work: Promise<T>): Promise<T> => {
    const settled = work.then(
      () => undefined,
      () => undefined,
    );
    writing.add(settled);
    void settled.then(() => writing.delete(settled));
    return work;
  };

  return {
    append: (request) => tracked(append(request)),
    writeOnce: (write) => tracked(send(write)),
    saw,
    idle: async () => {
      await Promise.all(writing);
    },
  };
}

const inDoubt = (cause: unknown): EventStoreError =>
  new EventStoreError('in_doubt', 'The event store did not say whether it stored the append.', { cause });

function checked({ stream, expected, events }: AppendRequest): Write {
  if (stream === '' || stream.startsWith('$'))
    throw new EventStoreError('invalid', 'A stream needs a name that does not begin with $.');
  if (events.length === 0 || events.length > MAX_EVENTS)
    throw new EventStoreError('invalid', `An append has 1 to ${MAX_EVENTS} events.`);
  const encoded = encode(events);
  const bytes = encoded.reduce((sum, { data, metadata }) => sum + data.length + metadata.length, 0);
  if (bytes >= MAX_BYTES) throw new EventStoreError('too_large', 'An append is under 1 MiB.');
  return { stream, expected, events: encoded };
}
