import { describe, expect, it } from 'vitest';
import { START, type NewEvent } from '../../../src/platform/eventStore/port.js';
import {
  appended,
  collect,
  expectLogOrder,
  follow,
  ids,
  idsOf,
  newEvent,
  newEvents,
  newStream,
  type Subject,
} from './kit.js';

export function reading(subject: () => Subject): void {
  describe('readStream', () => {
    it('gives nothing for a stream that is not there', async () => {
      const { store } = subject();
      expect(await idsOf(store, newStream())).toEqual([]);
      expect(await collect(store.readStream(newStream(), { direction: 'backwards' }))).toEqual([]);
    });

    it('reads from a revision, in both directions, as many as wanted', async () => {
      const { store } = subject();
      const stream = newStream();
      await appended(store, { stream, expected: 'no_stream', events: newEvents(1000) });
      const revisions = async (options: Parameters<typeof store.readStream>[1]): Promise<number[]> =>
        (await collect(store.readStream(stream, options))).map((event) => event.revision);
      const all = Array.from({ length: 1000 }, (_, index) => index);
      expect(await revisions({})).toEqual(all);
      expect(await revisions({ from: 997 })).toEqual([997, 998, 999]);
      expect(await revisions({ from: 5, limit: 3 })).toEqual([5, 6, 7]);
      expect(await revisions({ from: 1000 })).toEqual([]);
      expect(await revisions({ direction: 'backwards' })).toEqual(all.toReversed());
      expect(await revisions({ direction: 'backwards', limit: 2 })).toEqual([999, 998]);
      expect(await revisions({ direction: 'backwards', from: 2 })).toEqual([2, 1, 0]);
      expect(await revisions({ direction: 'backwards', from: 700, limit: 600 })).toEqual(
        all.slice(101, 701).toReversed(),
      );
    });

    it('stops when the consumer does', async () => {
      const { store } = subject();
      const stream = newStream();
      await appended(store, { stream, expected: 'no_stream', events: newEvents(600) });
      for await (const event of store.readStream(stream)) if (event.revision === 300) break;
      expect(await idsOf(store, stream)).toHaveLength(600);
    });
  });

  it('gives back what was stored: to the reader of a stream, of the log, and live', async () => {
    const { store } = subject();
    const stream = newStream();
    const before = await store.head();
    const events: NewEvent[] = [
      newEvent({
        text: 'Grüße 👩‍👩‍👧 \u2028 "quoted" \\u0000 \\ud800 \n\t\u0001',
        list: [1, -2.5, 1e21, null, true, []],
        nested: { a: { b: {} } },
      }),
      {
        ...newEvent({}),
        metadata: {
          occurredAt: 1,
          v: 2,
          correlationId: 'c',
          causationId: 'd',
          trace: '00-ab-cd-01',
          actor: { account: 'a', device: 'd' },
        },
      },
    ];
    const live = follow(store, before, [stream], (seen) => seen.length === 2);
    const { position } = await appended(store, { stream, expected: 'no_stream', events });
    const stored = await collect(store.readStream(stream));
    expect(stored).toMatchObject(events.map((event, revision) => ({ ...event, stream, revision })));
    expect(stored[1]!.position).toBe(position);
    for (const event of stored) expect(Math.abs(event.recordedAt - Date.now())).toBeLessThan(3_600_000);
    const log = (await collect(store.readLog(before))).filter((event) => event.stream === stream);
    expect(log).toEqual(stored);
    expect(await live).toEqual(stored);
  });

  describe('readLog', () => {
    it('gives the events after a position in order, as many as wanted, up to the head', async () => {
      const { store } = subject();
      const before = await store.head();
      const streams = [newStream(), newStream(), newStream()];
      for (let round = 0; round < 4; round++) {
        await Promise.all(
          streams.map((stream) => appended(store, { stream, expected: 'any', events: newEvents(100) })),
        );
      }
      const log = await collect(store.readLog(before));
      expectLogOrder(log);
      const own = log.filter((event) => streams.includes(event.stream));
      expect(own).toHaveLength(1200);
      expect((await store.head()) >= own.at(-1)!.position).toBe(true);
      expect(await collect(store.readLog(log[9]!.position, { limit: 5 }))).toEqual(log.slice(10, 15));
      expect(await collect(store.readLog(await store.head()))).toEqual([]);
      for (const stream of streams)
        expect(own.filter((event) => event.stream === stream)).toEqual(await collect(store.readStream(stream)));
    });

    it('begins before the first event', async () => {
      const { store } = subject();
      await appended(store, { stream: newStream(), expected: 'no_stream', events: newEvents(2) });
      const [first] = await collect(store.readLog(START, { limit: 1 }));
      expect(first!.position > START).toBe(true);
    });
  });

  describe('truncateBefore', () => {
    it('hides what is below the revision from readers of the stream, and changes no revision', async () => {
      const { store } = subject();
      const stream = newStream();
      const events = newEvents(6);
      await appended(store, { stream, expected: 'no_stream', events });
      await store.truncateBefore(stream, 4);
      expect(await idsOf(store, stream)).toEqual(ids(events.slice(4)));
      expect(ids(await collect(store.readStream(stream, { direction: 'backwards' })))).toEqual(
        ids(events.slice(4)).toReversed(),
      );
      expect(ids(await collect(store.readStream(stream, { from: 1, limit: 1 })))).toEqual([events[4]!.id]);
      expect(await store.append({ stream, expected: 3, events: newEvents(1) })).toMatchObject({
        kind: 'conflict',
        current: 5,
      });
      expect(await appended(store, { stream, expected: 5, events: newEvents(1) })).toMatchObject({ revision: 6 });
    });

    it('may hide all, and the stream goes on', async () => {
      const { store } = subject();
      const stream = newStream();
      await appended(store, { stream, expected: 'no_stream', events: newEvents(3) });
      await store.truncateBefore(stream, 3);
      expect(await idsOf(store, stream)).toEqual([]);
      const next = newEvents(2);
      expect(await appended(store, { stream, expected: 'any', events: next })).toMatchObject({ revision: 4 });
      expect(await idsOf(store, stream)).toEqual(ids(next));
    });
  });

  describe('deleteStream', () => {
    it.each(['no_stream', 'any'] as const)(
      'makes the stream absent; an append that expects %s goes on',
      async (expected) => {
        const { store } = subject();
        const stream = newStream();
        await appended(store, { stream, expected: 'no_stream', events: newEvents(3) });
        await store.deleteStream(stream);
        expect(await idsOf(store, stream)).toEqual([]);
        const [next, last] = [newEvents(2), newEvents(1)];
        expect(await appended(store, { stream, expected, events: next })).toMatchObject({ revision: 4 });
        expect((await collect(store.readStream(stream))).map((event) => event.revision)).toEqual([3, 4]);
        expect(await appended(store, { stream, expected: 4, events: last })).toMatchObject({ revision: 5 });
        await store.deleteStream(stream);
        expect(await idsOf(store, stream)).toEqual([]);
      },
    );
  });
}
