import type { LogItem, Position } from '../port.js';
import { backoff, pause } from './connection.js';
import type { Reader } from './sql.js';
import { after as itemsAfter, itemsOf, type Tail } from './tail.js';

const pageEvents = 500;
/** Batches that have gathered while the consumer was busy are given as one, up to about this size. */
const gatherEvents = 1000;

export interface SubscribeOptions {
  readonly reader: Reader;
  readonly tail: Tail;
  readonly signal: AbortSignal;
}

/** History from the database, then the tail's batches as they are; back to the database when the consumer falls behind it. */
export async function* subscribe(
  after: Position,
  { reader, tail, signal }: SubscribeOptions,
): AsyncGenerator<readonly LogItem[]> {
  let at = after;
  let wake = (): void => undefined;
  const wait = pause();
  const wakeUp = (): void => {
    wake();
    if (signal.aborted) wait.wake();
  };
  const forget = tail.onChange(wakeUp);
  signal.addEventListener('abort', wakeUp);
  try {
    await untilAborted(tail.refresh(), signal);
    while (!signal.aborted) {
      yield* history();
      yield* live();
    }
  } finally {
    forget();
    signal.removeEventListener('abort', wakeUp);
  }

  async function* history(): AsyncGenerator<readonly LogItem[]> {
    for (let failures = 0; !signal.aborted && !tail.covers(at);) {
      try {
        const page = await reader.logPage(at, pageEvents);
        failures = 0;
        at = page.to;
        if (page.events.length > 0) yield itemsOf(page.events);
      } catch {
        await wait(backoff(failures++));
      }
    }
  }

  /** Ends when the signal aborts or the tail has dropped what comes next. */
  async function* live(): AsyncGenerator<readonly LogItem[]> {
    if (!tail.covers(at)) return;
    let number = tail.seek(at);
    let caughtUp = false;
    while (!signal.aborted) {
      const gathered: (readonly LogItem[])[] = [];
      let count = 0;
      let batch = tail.batch(number);
      while (batch !== undefined && batch !== 'gone' && count < gatherEvents) {
        const items = batch.after < at ? itemsAfter(batch.items, at) : batch.items;
        if (items.length > 0) gathered.push(items);
        count += items.length;
        if (batch.to > at) at = batch.to;
        number += 1;
        batch = tail.batch(number);
      }
      if (batch === undefined && !caughtUp) {
        caughtUp = true;
        gathered.push([{ kind: 'caught_up', position: tail.head }]);
      }
      if (gathered.length > 0) yield gathered.length === 1 ? gathered[0]! : gathered.flat();
      else if (batch === 'gone') return;
      else await new Promise<void>((resolve) => (wake = resolve));
    }
  }
}

async function untilAborted(promise: Promise<void>, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve, reject) => {
    promise.then(resolve, reject);
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
