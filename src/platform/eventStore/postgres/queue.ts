import type { AppendOutcome, EventStoreError } from '../port.js';
import type { Prepared } from './prepare.js';

export interface Waiting {
  readonly prepared: Prepared;
  readonly since: number;
  /** A flush that carried it got no answer: it may be stored. */
  inDoubt: boolean;
  resolve(outcome: AppendOutcome): void;
  reject(error: EventStoreError): void;
}

/**
 * Appends that wait for a flush. A stream has at most one append in a batch, and the next only when that one has its
 * answer: so appends to a stream are tried in the order in which they came, also after a repeat.
 */
export interface AppendQueue {
  readonly size: number;
  add(waiting: Waiting): void;
  /** The next batch, within the bounds (but at least one append). */
  take(maxEvents: number, maxBytes: number): Waiting[];
  /** Back to the front, to be tried again. */
  putBack(batch: readonly Waiting[]): void;
  /** The append has its answer: the stream's next may go. */
  done(waiting: Waiting): void;
  /** Takes out what waits since before `time`; of a batch that was put back, too. */
  expired(time: number): Waiting[];
}

export function appendQueue(): AppendQueue {
  let ready: Waiting[] = [];
  // Streams with an append that is ready or in flight, and what waits behind it.
  const behind = new Map<string, Waiting[]>();
  let size = 0;

  function done(waiting: Waiting): void {
    const { stream } = waiting.prepared;
    size -= 1;
    const next = behind.get(stream)?.shift();
    if (next === undefined) behind.delete(stream);
    else ready.push(next);
  }

  return {
    get size() {
      return size;
    },
    add(waiting) {
      const { stream } = waiting.prepared;
      const others = behind.get(stream);
      size += 1;
      if (others === undefined) {
        behind.set(stream, []);
        ready.push(waiting);
      } else {
        others.push(waiting);
      }
    },
    take(maxEvents, maxBytes) {
      let events = 0;
      let bytes = 0;
      let count = 0;
      for (const { prepared } of ready) {
        events += prepared.events.length;
        bytes += prepared.bytes;
        if (count > 0 && (events > maxEvents || bytes > maxBytes)) break;
        count += 1;
      }
      const batch = ready.slice(0, count);
      ready = ready.slice(count);
      return batch;
    },
    putBack(batch) {
      ready = [...batch, ...ready];
    },
    done,
    expired(time) {
      const late: Waiting[] = [];
      for (let found = true; found;) {
        const some = ready.filter((waiting) => waiting.since < time);
        ready = ready.filter((waiting) => waiting.since >= time);
        late.push(...some);
        for (const waiting of some) done(waiting);
        found = some.length > 0;
      }
      return late;
    },
  };
}
