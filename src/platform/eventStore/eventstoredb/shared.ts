import { setTimeout as delay } from 'node:timers/promises';
import type { LogItem, Position } from '../port.js';

/** What has gathered while a reader was busy is given at once, up to about this many events. */
const GIVEN_EVENTS = 1000;

export interface SharedOptions {
  /** Of the end of the log, for readers that are near it. Who falls further behind reads for itself until it is back. */
  readonly keptEvents: number;
  /** Under load what comes within so many milliseconds wakes the readers once; what comes after a pause is given at once. */
  readonly gatherMs: number;
}

const DEFAULTS: SharedOptions = { keptEvents: 2048, gatherMs: 5 };

/** A subscription to the log: whole batches, until the signal aborts. */
export type Subscribe = (after: Position, signal: AbortSignal) => AsyncGenerator<readonly LogItem[]>;

type EventItem = Extract<LogItem, { kind: 'event' }>;

/** A piece of the log without holes: every event after the batch before it, up to `to`. */
interface Batch {
  readonly to: Position;
  readonly items: readonly EventItem[];
}

interface Tail {
  covers(position: Position): boolean;
  /** What comes after the position, the newest batch's end with it; undefined when there is nothing yet, 'gone' when it was dropped. */
  take(after: Position): { readonly items: readonly LogItem[]; readonly to: Position } | undefined | 'gone';
  /** Resolves at the next batch, or when the signal aborts. */
  more(signal: AbortSignal): Promise<void>;
  stop(): void;
}

/**
 * One subscription for all of a process's readers near the head of the log: each of its own would have every event sent and
 * decoded again, and its fields opened again. A reader begins with one of its own, until that has caught up.
 */
export function sharedSubscription(subscribe: Subscribe, given: Partial<SharedOptions> = {}): Subscribe {
  const options = { ...DEFAULTS, ...given };
  let tail: Tail | undefined;
  let readers = 0;

  /** @returns the position at which the tail has what comes next, or undefined when the signal aborted. */
  async function* alone(
    after: Position,
    signal: AbortSignal,
    caughtUpBefore: boolean,
  ): AsyncGenerator<readonly LogItem[], Position | undefined> {
    let at = after;
    let caughtUp = caughtUpBefore;
    for await (const items of subscribe(at, signal)) {
      yield items;
      for (const item of items) {
        if (item.kind === 'caught_up') caughtUp = true;
        const position = item.kind === 'event' ? item.event.position : item.position;
        if (position > at) at = position;
      }
      if (caughtUp && (tail ??= startTail(subscribe, at, options)).covers(at)) return at;
    }
    return undefined;
  }

  async function* together(after: Position, signal: AbortSignal): AsyncGenerator<readonly LogItem[], Position> {
    let at = after;
    while (!signal.aborted && tail !== undefined) {
      const taken = tail.take(at);
      if (taken === 'gone') break;
      if (taken === undefined) await tail.more(signal);
      else {
        yield taken.items;
        at = taken.to;
      }
    }
    return at;
  }

  return async function* shared(after, signal) {
    readers += 1;
    try {
      let at: Position | undefined = after;
      for (let behind = false; !signal.aborted; behind = true) {
        at = yield* alone(at, signal, behind);
        if (at === undefined) return;
        at = yield* together(at, signal);
      }
    } finally {
      readers -= 1;
      if (readers === 0) {
        tail?.stop();
        tail = undefined;
      }
    }
  };
}

function startTail(subscribe: Subscribe, start: Position, { keptEvents, gatherMs }: SharedOptions): Tail {
  const stopped = new AbortController();
  const batches: Batch[] = [];
  const wakes = new Set<() => void>();
  let from = start;
  let kept = 0;

  const publish = (items: readonly LogItem[]): void => {
    const events = items.filter((item) => item.kind === 'event');
    const last = events.at(-1);
    if (last === undefined) return;
    batches.push({ to: last.event.position, items: events });
    kept += events.length;
    while (kept > keptEvents && batches.length > 1) {
      const dropped = batches.shift()!;
      kept -= dropped.items.length;
      from = dropped.to;
    }
    for (const wake of wakes) wake();
  };
  const run = async (): Promise<void> => {
    for await (const items of subscribe(start, stopped.signal)) {
      publish(items);
      if (gatherMs > 0) await delay(gatherMs, undefined, { signal: stopped.signal }).catch(() => undefined);
    }
  };
  // It ends by its signal alone: a subscription survives the loss of the connection by itself.
  void run();

  const indexAfter = (position: Position): number => {
    let index = batches.length;
    while (index > 0 && batches[index - 1]!.to > position) index -= 1;
    return index;
  };

  return {
    covers: (position) => position >= from,
    take(after) {
      if (after < from) return 'gone';
      const given: EventItem[] = [];
      let to = after;
      for (let index = indexAfter(after); index < batches.length && given.length < GIVEN_EVENTS; index += 1) {
        const batch = batches[index]!;
        to = batch.to;
        for (const item of batch.items) if (item.event.position > after) given.push(item);
      }
      return given.length === 0 ? undefined : { items: given, to };
    },
    more: (signal) =>
      new Promise((resolve) => {
        const wake = (): void => {
          signal.removeEventListener('abort', wake);
          wakes.delete(wake);
          resolve();
        };
        if (signal.aborted) {
          wake();
          return;
        }
        wakes.add(wake);
        signal.addEventListener('abort', wake);
      }),
    stop: () => stopped.abort(),
  };
}
