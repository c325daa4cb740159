import { END, START as FIRST, type AllStreamResolvedEvent, type ResolvedEvent } from '@eventstore/db-client';
import type { EventStoreDBClient } from '@eventstore/db-client';
import { START, type Position, type ReadOptions, type StoredEvent } from '../port.js';
import { commitOf, commitPosition, decoder, isOurs, positionOf, recordedOrdinal } from './encode.js';
import { isNotFound, toStoreError } from './errors.js';

const PAGE = 500;
/** More than an append can have, so that a page always gets past the append that it begins in. */
const LOG_PAGE = 2000;
/** Mostly enough to find the last event behind the server's own. */
const HEAD_PAGE = 32;

interface Reading<E> {
  on(event: 'data', listener: (event: E) => void): unknown;
  on(event: 'error', listener: (error: Error) => void): unknown;
  on(event: 'end', listener: () => void): unknown;
  cancel(): Promise<void>;
}

/**
 * Takes events until the end or until `take` has enough. F5: the client gives a read no deadline; here it may be silent for
 * `silenceMs` at most.
 */
function collect<E>(reading: Reading<E>, silenceMs: number, take: (event: E) => boolean): Promise<void> {
  return new Promise((resolve, reject) => {
    let done = false;
    const finish = (settle: () => void): void => {
      if (done) return;
      done = true;
      clearTimeout(timer);
      settle();
    };
    const stop = (): void => void reading.cancel().catch(() => undefined);
    const timer = setTimeout(() => {
      finish(() => reject(toStoreError(new Error('The read fell silent.'))));
      stop();
    }, silenceMs);
    reading.on('data', (event) => {
      if (done) return;
      timer.refresh();
      if (take(event)) return;
      finish(resolve);
      stop();
    });
    // Stays attached: the client emits errors after the end as well.
    reading.on('error', (error) => finish(() => (isNotFound(error) ? resolve() : reject(toStoreError(error)))));
    reading.on('end', () => finish(resolve));
  });
}

export interface Reader {
  readStream(stream: string, options?: ReadOptions): AsyncGenerator<StoredEvent>;
  /** The last `count` events, oldest first. */
  lastEvents(stream: string, count: number): Promise<StoredEvent[]>;
  /** JSON of the stream's last event of whatever kind, also of a system stream. */
  lastData(stream: string): Promise<Record<string, unknown> | null>;
  readLog(after: Position, limit: number): AsyncGenerator<StoredEvent>;
  /** What is left of the append that `after` lies in. */
  restOfAppend(after: Position): Promise<StoredEvent[]>;
  head(): Promise<Position>;
  /** Commit position of the last record of any kind; -1 in an empty log. */
  lastCommit(): Promise<bigint>;
}

export function reader(client: EventStoreDBClient, silenceMs: number): Reader {
  const page = async (
    stream: string,
    from: number | undefined,
    backwards: boolean,
    maxCount: number,
  ): Promise<StoredEvent[]> => {
    const events: StoredEvent[] = [];
    const decode = decoder();
    const reading = client.readStream(stream, {
      direction: backwards ? 'backwards' : 'forwards',
      fromRevision: from === undefined ? (backwards ? END : FIRST) : BigInt(from),
      maxCount,
    });
    await collect<ResolvedEvent>(reading, silenceMs, (resolved) => {
      const event = decode(resolved);
      if (event) events.push(event);
      return true;
    });
    return events;
  };

  async function* readStream(
    stream: string,
    { from, direction, limit = Infinity }: ReadOptions = {},
  ): AsyncGenerator<StoredEvent> {
    const backwards = direction === 'backwards';
    let next = from;
    for (let left = limit; left > 0;) {
      const size = Math.min(left, PAGE);
      const events = await page(stream, next, backwards, size);
      yield* events;
      left -= events.length;
      const last = events.at(-1);
      if (!last || events.length < size || (backwards && last.revision === 0)) return;
      next = last.revision + (backwards ? -1 : 1);
    }
  }

  const readAll = async (
    options: Parameters<EventStoreDBClient['readAll']>[0],
    take: (resolved: AllStreamResolvedEvent) => boolean,
  ): Promise<void> => collect<AllStreamResolvedEvent>(client.readAll(options), silenceMs, take);

  /** Inclusive of everything at the commit position, whatever its prepare position. */
  const fromCommit = (commit: bigint): typeof FIRST | { commit: bigint; prepare: bigint } =>
    commit < 0n ? FIRST : { commit, prepare: 0n };

  async function head(maxCount = HEAD_PAGE): Promise<Position> {
    let commit: bigint | undefined;
    let ordinal: number | undefined;
    let counted = 0;
    let seen = 0;
    const found = { certain: false };
    await readAll({ direction: 'backwards', fromPosition: END, maxCount }, ({ event, commitPosition: outer }) => {
      seen += 1;
      if (!isOurs(event)) return true;
      const at = commitPosition(event, outer);
      if (commit === undefined) {
        commit = at;
        ordinal = recordedOrdinal(event);
        found.certain = ordinal !== undefined;
      } else if (at === commit) {
        // An append of another program: its last ordinal is the number of events before this one.
        counted += 1;
      } else {
        found.certain = true;
      }
      return !found.certain;
    });
    if (!found.certain && seen >= maxCount) return head(Number.MAX_SAFE_INTEGER);
    return commit === undefined ? START : positionOf(commit, ordinal ?? counted);
  }

  async function* readLog(after: Position, limit: number): AsyncGenerator<StoredEvent> {
    const end = await head();
    let from = after === START ? -1n : commitOf(after);
    let given = after;
    let size = LOG_PAGE;
    for (let left = limit; left > 0 && given < end;) {
      const events: StoredEvent[] = [];
      const decode = decoder();
      let seen = 0;
      let last = from;
      await readAll({ fromPosition: fromCommit(from), maxCount: size }, (resolved) => {
        seen += 1;
        if (resolved.event) last = commitPosition(resolved.event, resolved.commitPosition);
        const event = decode(resolved);
        if (event && event.position > given) events.push(event);
        return events.length < left;
      });
      for (const event of events) {
        if (event.position > end) return;
        given = event.position;
        yield event;
        left -= 1;
      }
      if (seen < size) return;
      // A foreign append longer than a page.
      size = last === from ? size * 2 : LOG_PAGE;
      from = last;
    }
  }

  return {
    readStream,
    readLog,
    head: () => head(),
    lastEvents: async (stream, count) => (await page(stream, undefined, true, count)).reverse(),
    lastData: async (stream) => {
      let data: Record<string, unknown> | null = null;
      const reading = client.readStream(stream, { direction: 'backwards', fromRevision: END, maxCount: 1 });
      await collect<ResolvedEvent>(reading, silenceMs, ({ event }) => {
        if (event?.isJson) data = event.data as Record<string, unknown>;
        return true;
      });
      return data;
    },
    restOfAppend: async (after) => {
      const rest: StoredEvent[] = [];
      if (after === START) return rest;
      const decode = decoder();
      const commit = commitOf(after);
      await readAll({ fromPosition: fromCommit(commit) }, (resolved) => {
        if (resolved.event && commitPosition(resolved.event, resolved.commitPosition) > commit) return false;
        const event = decode(resolved);
        if (event && event.position > after) rest.push(event);
        return true;
      });
      return rest;
    },
    lastCommit: async () => {
      let commit = -1n;
      await readAll({ direction: 'backwards', fromPosition: END, maxCount: 1 }, ({ event, commitPosition: outer }) => {
        if (event) commit = commitPosition(event, outer);
        return true;
      });
      return commit;
    },
  };
}
