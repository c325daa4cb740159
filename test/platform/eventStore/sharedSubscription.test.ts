import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sharedSubscription, type Subscribe } from '../../../src/platform/eventStore/eventstoredb/shared.js';
import { START, type LogItem, type Position, type StoredEvent } from '../../../src/platform/eventStore/port.js';

/** A log in memory, and a subscription of one's own to it that gives at most `chunk` events at once. */
function memoryLog(chunk: number) {
  const events: StoredEvent[] = [];
  const wakes = new Set<() => void>();
  const open = { count: 0 };
  const subscribe: Subscribe = async function* (after, signal) {
    open.count += 1;
    try {
      let at = after;
      let caughtUp = false;
      while (!signal.aborted) {
        const items = events
          .filter(({ position }) => position > at)
          .slice(0, chunk)
          .map((event): LogItem => ({ kind: 'event', event }));
        const last = items.at(-1);
        if (last?.kind === 'event') at = last.event.position;
        if (items.length > 0) yield items;
        else if (!caughtUp) {
          caughtUp = true;
          yield [{ kind: 'caught_up', position: at }];
        } else
          await new Promise<void>((resolve) => {
            wakes.add(resolve);
            signal.addEventListener('abort', () => resolve(), { once: true });
          });
      }
    } finally {
      open.count -= 1;
    }
  };
  return {
    subscribe,
    open,
    append(count: number) {
      for (let added = 0; added < count; added += 1) {
        const position = BigInt(events.length * 3) as Position;
        events.push({
          id: `event${events.length}`,
          type: 'T',
          data: {},
          metadata: { occurredAt: 0 },
          stream: 's',
          revision: events.length,
          position,
          recordedAt: 0,
        });
      }
      for (const wake of wakes) wake();
      wakes.clear();
    },
    positions: () => events.map(({ position }) => position),
  };
}

const ticks = async (count: number): Promise<void> => {
  for (let tick = 0; tick < count; tick += 1) await Promise.resolve();
};

test('each reader gets all that is after its start, once and in order, at whatever pace', async () => {
  const reader = fc.record({ from: fc.nat(40), joins: fc.nat(60), pace: fc.nat(30) });
  await fc.assert(
    fc.asyncProperty(
      fc.array(reader, { minLength: 1, maxLength: 4 }),
      fc.array(fc.record({ count: fc.integer({ min: 1, max: 12 }), wait: fc.nat(25) }), {
        minLength: 1,
        maxLength: 12,
      }),
      fc.integer({ min: 1, max: 7 }),
      fc.integer({ min: 1, max: 20 }),
      async (readers, appends, chunk, keptEvents) => {
        const log = memoryLog(chunk);
        log.append(10);
        const subscribe = sharedSubscription(log.subscribe, { keptEvents, gatherMs: 0 });
        const total = 10 + appends.reduce((sum, { count }) => sum + count, 0);
        const last = BigInt((total - 1) * 3);
        const reading = readers.map(async ({ from, joins, pace }) => {
          await ticks(joins);
          const after = from === 0 ? START : ((BigInt(from) * 2n) as Position);
          if (after >= last) return;
          const stop = new AbortController();
          const got: bigint[] = [];
          let caughtUp = 0;
          for await (const items of subscribe(after, stop.signal)) {
            for (const item of items) {
              if (item.kind === 'event') got.push(item.event.position);
              else caughtUp += 1;
            }
            if (got.at(-1) === last && caughtUp > 0) stop.abort();
            await ticks(pace);
          }
          expect(got).toEqual(log.positions().filter((position) => position > after));
        });
        const appending = (async () => {
          for (const { count, wait } of appends) {
            await ticks(wait);
            log.append(count);
          }
        })();
        await Promise.all([appending, ...reading]);
        await ticks(50);
        expect(log.open.count).toBe(0);
      },
    ),
    { numRuns: 300 },
  );
});

test('those that have caught up share one subscription', async () => {
  const log = memoryLog(5);
  log.append(12);
  const subscribe = sharedSubscription(log.subscribe, { gatherMs: 0 });
  const stop = new AbortController();
  const seen = [0, 0, 0];
  const reading = seen.map(async (_, reader) => {
    for await (const items of subscribe(START, stop.signal))
      seen[reader]! += items.filter(({ kind }) => kind === 'event').length;
  });
  await ticks(200);
  expect(log.open.count).toBe(1);
  log.append(4);
  await ticks(200);
  expect(seen).toEqual([16, 16, 16]);
  stop.abort();
  await Promise.all(reading);
  expect(log.open.count).toBe(0);
});
