import { describe, expect, it } from 'vitest';
import type { LogItem, StoredEvent } from '../../../src/platform/eventStore/port.js';
import { appended, collect, expectLogOrder, follow, ids, newEvents, newStream, type Subject } from './kit.js';

const caughtUp = (_: readonly StoredEvent[], items: readonly LogItem[]): boolean =>
  items.some((item) => item.kind === 'caught_up');

export function subscribing(subject: () => Subject): void {
  describe('subscribe', () => {
    it('gives history, says that it caught up, and goes on live', async () => {
      const { store } = subject();
      const [stream, later] = [newStream(), newStream()];
      const before = await store.head();
      await appended(store, { stream, expected: 'no_stream', events: newEvents(700) });
      let atCaughtUp: number | undefined;
      let started: Promise<unknown> | undefined;
      let seen = 0;
      const events = await follow(
        store,
        before,
        [stream, later],
        (own) => own.length === 705,
        (items) => {
          for (const item of items) {
            if (item.kind === 'event') seen += item.event.stream === stream ? 1 : 0;
            else atCaughtUp ??= seen;
          }
          if (atCaughtUp !== undefined)
            started ??= appended(store, { stream: later, expected: 'no_stream', events: newEvents(5) });
        },
      );
      await started;
      expect(atCaughtUp).toBe(700);
      expectLogOrder(events);
      expect(events.slice(700)).toEqual(await collect(store.readStream(later)));
    });

    it('says at once that it caught up when there is nothing', async () => {
      const { store } = subject();
      const head = await store.head();
      let position = head;
      await follow(store, head, [], caughtUp, (items) => {
        for (const item of items) if (item.kind === 'caught_up') position = item.position;
      });
      expect(position >= head).toBe(true);
    });

    it('resumes after any event, without a hole or a repeat', async () => {
      const { store } = subject();
      const stream = newStream();
      await appended(store, { stream, expected: 'no_stream', events: newEvents(40) });
      const all = await collect(store.readStream(stream));
      for (const from of [0, 1, 17, 38]) {
        const rest = await follow(store, all[from]!.position, [stream], (own) => own.length === 39 - from);
        expect(rest).toEqual(all.slice(from + 1));
      }
    });

    it('joins history and live without a gap while others write', async () => {
      const { store } = subject();
      const streams = Array.from({ length: 8 }, newStream);
      const before = await store.head();
      const [perStream, size] = [40, 3];
      const total = streams.length * perStream * size;
      const writers = streams.map(async (stream) => {
        for (let index = 0; index < perStream; index++) {
          await appended(store, {
            stream,
            expected: index === 0 ? 'no_stream' : index * size - 1,
            events: newEvents(size),
          });
        }
      });
      const followers = [1, 2, 3].map(() => follow(store, before, streams, (own) => own.length >= total));
      await Promise.all(writers.slice(0, 2));
      followers.push(follow(store, before, streams, (own) => own.length >= total));
      const seen = await Promise.all(followers);
      await Promise.all(writers);
      for (const events of seen) {
        expect(events).toHaveLength(total);
        expectLogOrder(events);
        expect(ids(events)).toEqual(ids(seen[0]!));
      }
    });

    it('holds for a slow consumer without losing or repeating', async () => {
      const { store } = subject();
      const stream = newStream();
      const before = await store.head();
      const rounds = 30;
      let written: Promise<unknown> | undefined;
      const write = async (): Promise<void> => {
        for (let round = 0; round < rounds; round++)
          await appended(store, { stream, expected: 'any', events: newEvents(200) });
      };
      // The consumer takes nothing from its first batch on until everything is written.
      const events = await follow(
        store,
        before,
        [stream],
        (own) => own.length >= rounds * 200,
        () => (written ??= write()).then(() => undefined),
      );
      expect(events.map((event) => event.revision)).toEqual(Array.from({ length: rounds * 200 }, (_, index) => index));
    });

    it('ends when the signal aborts: while it waits, and before it began', async () => {
      const { store } = subject();
      const stop = new AbortController();
      const all: LogItem[] = [];
      for await (const items of store.subscribe(await store.head(), { signal: stop.signal })) {
        all.push(...items);
        if (caughtUp([], all)) queueMicrotask(() => stop.abort());
      }
      expect(await collect(store.subscribe(await store.head(), { signal: AbortSignal.abort() }))).toEqual([]);
    });
  });

  describe('two adapters on one log', () => {
    it('are one log: its id, its streams, its repeats, its subscribers', async ({ skip }) => {
      const { store, another } = subject();
      if (another === undefined) return skip();
      const other = await another();
      try {
        expect(await other.logId()).toBe(await store.logId());
        const stream = newStream();
        const before = await store.head();
        const events = newEvents(3);
        const live = [store, other].map((one) => follow(one, before, [stream], (own) => own.length === 5));
        const first = await appended(store, { stream, expected: 'no_stream', events });
        expect(await other.append({ stream, expected: 'no_stream', events })).toEqual({ ...first, repeated: true });
        expect(await other.append({ stream, expected: 1, events: newEvents(1) })).toEqual({
          kind: 'conflict',
          current: 2,
        });
        await appended(other, { stream, expected: 2, events: newEvents(1) });
        await appended(store, { stream, expected: 3, events: newEvents(1) });
        const stored = await collect(store.readStream(stream));
        for (const seen of await Promise.all(live)) expect(seen).toEqual(stored);
      } finally {
        await other.close();
      }
    });

    it('never say that they caught up before they gave what the other had stored', async ({ skip }) => {
      const { store, another } = subject();
      if (another === undefined) return skip();
      const other = await another();
      try {
        for (let round = 0; round < 20; round++) {
          const stream = newStream();
          const before = await store.head();
          await appended(other, { stream, expected: 'no_stream', events: newEvents(2) });
          expect(await follow(store, before, [stream], caughtUp)).toHaveLength(2);
        }
      } finally {
        await other.close();
      }
    });

    it('show their subscribers the same order while both write', async ({ skip }) => {
      const { store, another } = subject();
      if (another === undefined) return skip();
      const others = [await another(), await another()];
      const stores = [store, ...others];
      try {
        const before = await store.head();
        const streams = Array.from({ length: 6 }, newStream);
        const total = streams.length * stores.length * 30;
        const followers = stores.map((one) => follow(one, before, streams, (own) => own.length >= total));
        await Promise.all(
          stores.flatMap((one) =>
            streams.map(async (stream) => {
              for (let index = 0; index < 30; index++)
                await appended(one, { stream, expected: 'any', events: newEvents(1) });
            }),
          ),
        );
        const seen = await Promise.all(followers);
        for (const events of seen) {
          expect(events).toHaveLength(total);
          expectLogOrder(events);
          expect(events.map((event) => event.position)).toEqual(seen[0]!.map((event) => event.position));
        }
      } finally {
        await Promise.all(others.map((one) => one.close()));
      }
    });
  });
}
