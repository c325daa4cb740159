import type { Logger } from '../../observability/logger.js';
import type { LogItem, Position, StoredEvent } from '../port.js';
import { backoff, pause } from './connection.js';
import type { Reader } from './sql.js';

const pageEvents = 500;

/** A piece of the log without holes: every event with `after` < position <= `to`. */
export interface Batch {
  readonly after: Position;
  readonly to: Position;
  readonly items: readonly LogItem[];
  readonly bytes: number;
}

/**
 * The end of the log in memory, without holes up to `head`: what this process stored comes straight from its flushes,
 * what others stored is read from the database. Bounded; older batches are dropped from the front.
 */
export interface Tail {
  /** Reads the head. Resolves when everything that was in the log at the call is known here. */
  refresh(): Promise<void>;
  readonly head: Position;
  /** Whether every event after `position` is in memory. */
  covers(position: Position): boolean;
  /** Number of the first batch that has something after `position`; the position must be covered. */
  seek(position: Position): number;
  /** A batch by its number: undefined when it has not come yet, 'gone' when it was dropped. */
  batch(number: number): Batch | undefined | 'gone';
  onChange(wake: () => void): () => void;
  /** Another's event may be there. Cheap when it is not. */
  hint(position: Position): void;
  flushStarted(): void;
  flushEnded(stored: readonly StoredEvent[], bytes: number): void;
  /** Looks for others' events, unless the last look or flush is recent. */
  poll(): void;
  close(): void;
}

const maxBeyond = 64;

export interface TailOptions {
  readonly reader: Reader;
  readonly logger: Logger;
  readonly maxEvents: number;
  readonly maxBytes: number;
}

export function tail({ reader, logger, maxEvents, maxBytes }: TailOptions): Tail {
  let head: Position | undefined;
  const batches: Batch[] = [];
  let dropped = 0;
  let events = 0;
  let bytes = 0;
  /** Flushes of our own beyond a hole that is being read. */
  const beyond: Batch[] = [];
  let flushing = false;
  let hinted = -1n;
  let confirmed = -Infinity;
  let closed = false;
  let syncing: Promise<void> | undefined;
  let again: Promise<void> | undefined;
  const wakes = new Set<() => void>();
  const wait = pause();

  function publish(batch: Batch): void {
    const from = head!;
    if (batch.to <= from) return;
    const items = batch.after < from ? after(batch.items, from) : batch.items;
    head = batch.to;
    if (items.length > 0) {
      batches.push({ after: from, to: batch.to, items, bytes: batch.bytes });
      events += items.length;
      bytes += batch.bytes;
      while ((events > maxEvents || bytes > maxBytes) && batches.length > 1) dropFirst();
    }
    for (const wake of wakes) wake();
  }

  function dropFirst(): void {
    const first = batches.shift()!;
    dropped += 1;
    events -= first.items.length;
    bytes -= first.bytes;
  }

  function joinBeyond(): void {
    while (beyond.length > 0 && beyond[0]!.after <= head!) publish(beyond.shift()!);
  }

  async function readOn(): Promise<void> {
    for (let failures = 0; !closed;) {
      try {
        head ??= await reader.head();
        const from = head;
        const page = await reader.logPage(from, pageEvents);
        publish({ after: from, to: page.to, items: itemsOf(page.events), bytes: page.bytes });
        joinBeyond();
        failures = 0;
        if (head >= page.head) break;
      } catch (error) {
        logger.warn({ code: error instanceof Error ? error.name : 'unknown' }, 'the log cannot be read; trying again');
        await wait(backoff(failures++));
      }
    }
    confirmed = performance.now();
  }

  /** One read at a time; a call during one gets the next, since the running one may have passed its point. */
  function sync(): Promise<void> {
    if (syncing === undefined) {
      syncing = readOn().finally(() => (syncing = undefined));
      return syncing;
    }
    again ??= syncing.then(() => {
      again = undefined;
      return sync();
    });
    return again;
  }

  function lookIfBehind(): void {
    if (head === undefined || closed) return;
    // The notice of a flush in flight may come before its answer, which makes the read needless.
    if (!flushing && (hinted > head || beyond.length > 0)) {
      hinted = -1n;
      void sync();
    }
  }

  return {
    refresh: sync,
    get head() {
      return head!;
    },
    covers: (position) => position >= (batches[0]?.after ?? head!),
    seek(position) {
      let low = 0;
      let high = batches.length;
      while (low < high) {
        const middle = (low + high) >>> 1;
        if (batches[middle]!.to <= position) low = middle + 1;
        else high = middle;
      }
      return dropped + low;
    },
    batch: (number) => (number < dropped ? 'gone' : batches[number - dropped]),
    onChange(wake) {
      wakes.add(wake);
      return () => wakes.delete(wake);
    },
    hint(position) {
      if (position > hinted) hinted = position;
      lookIfBehind();
    },
    flushStarted() {
      flushing = true;
    },
    flushEnded(stored, storedBytes) {
      flushing = false;
      if (head === undefined) return;
      if (stored.length > 0) {
        const before = (stored[0]!.position - 1n) as Position;
        const batch = { after: before, to: stored.at(-1)!.position, items: itemsOf(stored), bytes: storedBytes };
        if (before > head) {
          beyond.push(batch);
          if (beyond.length > maxBeyond) beyond.shift();
        } else {
          publish(batch);
          joinBeyond();
        }
        confirmed = performance.now();
      }
      lookIfBehind();
    },
    poll() {
      if (syncing === undefined && performance.now() - confirmed > 900) void sync();
    },
    close() {
      closed = true;
      wait.wake();
      for (const wake of wakes) wake();
    },
  };
}

export function itemsOf(events: readonly StoredEvent[]): LogItem[] {
  return events.map((event) => ({ kind: 'event', event }));
}

export function after(items: readonly LogItem[], position: Position): readonly LogItem[] {
  return items.filter((item) => item.kind === 'event' && item.event.position > position);
}
