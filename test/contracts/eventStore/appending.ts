import { describe, expect, it } from 'vitest';
import { EventStoreError, type ExpectedRevision, type NewEvent } from '../../../src/platform/eventStore/port.js';
import { appended, collect, ids, idsOf, newEvent, newEvents, newStream, type Subject } from './kit.js';

export function appending(subject: () => Subject): void {
  describe('append', () => {
    it('gives revisions from 0 without gaps, and the position of the last event', async () => {
      const { store } = subject();
      const stream = newStream();
      const first = await appended(store, { stream, expected: 'no_stream', events: newEvents(3) });
      const second = await appended(store, { stream, expected: 2, events: newEvents(2) });
      expect([first.revision, second.revision, first.repeated, second.repeated]).toEqual([2, 4, false, false]);
      const events = await collect(store.readStream(stream));
      expect(events.map((event) => event.revision)).toEqual([0, 1, 2, 3, 4]);
      expect([events[2]!.position, events[4]!.position]).toEqual([first.position, second.position]);
    });

    it.each<{ title: string; before: number; expected: ExpectedRevision; current: number | null }>([
      { title: 'no stream, but there is one', before: 2, expected: 'no_stream', current: 1 },
      { title: 'a stream, but there is none', before: 0, expected: 'stream_exists', current: null },
      { title: 'a revision below the last', before: 3, expected: 1, current: 2 },
      { title: 'a revision past the last', before: 3, expected: 3, current: 2 },
      { title: 'a revision of a stream that is not there', before: 0, expected: 0, current: null },
    ])('conflicts on $title, and writes nothing', async ({ before, expected, current }) => {
      const { store } = subject();
      const stream = newStream();
      const stored = newEvents(before);
      if (before > 0) await appended(store, { stream, expected: 'no_stream', events: stored });
      expect(await store.append({ stream, expected, events: newEvents(2) })).toEqual({ kind: 'conflict', current });
      expect(await idsOf(store, stream)).toEqual(ids(stored));
    });

    it.each<ExpectedRevision>(['any', 'stream_exists', 0])(
      'goes on after the last event when it expects %s',
      async (expected) => {
        const { store } = subject();
        const stream = newStream();
        await appended(store, { stream, expected: 'any', events: [newEvent()] });
        expect(await appended(store, { stream, expected, events: newEvents(2) })).toMatchObject({
          revision: 2,
          repeated: false,
        });
      },
    );

    it('answers the identical append with its first result, however much came after', async () => {
      const { store } = subject();
      const stream = newStream();
      const [start, next] = [newEvents(2), newEvents(3)];
      const first = await appended(store, { stream, expected: 'no_stream', events: start });
      const second = await appended(store, { stream, expected: 1, events: next });
      await appended(store, { stream, expected: 4, events: newEvents(4) });
      expect(await store.append({ stream, expected: 'no_stream', events: start })).toEqual({
        ...first,
        repeated: true,
      });
      expect(await store.append({ stream, expected: 1, events: next })).toEqual({ ...second, repeated: true });
      expect(await collect(store.readStream(stream))).toHaveLength(9);
    });

    it.each([
      { title: 'stored in part only', again: (stored: NewEvent[]) => [stored[1]!, newEvent()] },
      { title: 'stored in another order', again: (stored: NewEvent[]) => [stored[2]!, stored[1]!] },
      { title: 'stored one place further on', again: (stored: NewEvent[]) => [stored[2]!] },
    ])('refuses an append that is $title', async ({ again }) => {
      const { store } = subject();
      const stream = newStream();
      const stored = newEvents(3);
      await appended(store, { stream, expected: 'no_stream', events: stored });
      const outcome = await store.append({ stream, expected: 0, events: again(stored) });
      expect(outcome.kind).not.toBe('appended');
      expect(await idsOf(store, stream)).toEqual(ids(stored));
    });

    it('refuses an id that lies further back, where the store says so', async ({ skip }) => {
      const { store } = subject();
      if (!store.refusesKnownIds) return skip();
      const stream = newStream();
      const stored = newEvents(4);
      await appended(store, { stream, expected: 'no_stream', events: stored });
      for (const expected of [3, 'any', 'stream_exists'] as const) {
        const known = [stored[2]!, stored[0]!];
        const outcome = await store.append({ stream, expected, events: [newEvent(), ...known] });
        expect(outcome).toEqual({
          kind: 'known_ids',
          ids: expect.toSatisfy((found: string[]) => found.toSorted().join() === ids(known).toSorted().join()),
        });
      }
      expect(await idsOf(store, stream)).toEqual(ids(stored));
      // The same id in another stream is another event.
      expect(await store.append({ stream: newStream(), expected: 'no_stream', events: [stored[0]!] })).toMatchObject({
        repeated: false,
      });
    });

    it('lets one of many win at the same revision', async () => {
      const { store } = subject();
      const stream = newStream();
      const outcomes = await Promise.all(
        Array.from({ length: 20 }, () => store.append({ stream, expected: 'no_stream', events: newEvents(2) })),
      );
      expect(outcomes.filter((outcome) => outcome.kind === 'appended')).toHaveLength(1);
      expect(outcomes.filter((outcome) => outcome.kind === 'conflict' && outcome.current === 1)).toHaveLength(19);
      expect(await collect(store.readStream(stream))).toHaveLength(2);
    });

    it('stores all of many at any revision', async () => {
      const { store } = subject();
      const stream = newStream();
      const outcomes = await Promise.all(
        Array.from({ length: 50 }, () => appended(store, { stream, expected: 'any', events: newEvents(2) })),
      );
      expect(outcomes.map((outcome) => outcome.revision).toSorted((a, b) => a - b)).toEqual(
        Array.from({ length: 50 }, (_, index) => index * 2 + 1),
      );
      expect(new Set(await idsOf(store, stream)).size).toBe(100);
    });

    it('answers each of what is sent together alone', async () => {
      const { store } = subject();
      const [old, good, absent] = [newStream(), newStream(), newStream()];
      const stored = newEvents(2);
      const first = await appended(store, { stream: old, expected: 'no_stream', events: stored });
      const outcomes = await Promise.allSettled([
        store.append({ stream: good, expected: 'no_stream', events: newEvents(3) }),
        store.append({ stream: absent, expected: 7, events: newEvents(1) }),
        store.append({ stream: newStream(), expected: 'any', events: [] }),
        store.append({ stream: old, expected: 'no_stream', events: stored }),
        store.append({ stream: good, expected: 2, events: newEvents(1) }),
      ]);
      expect(outcomes).toMatchObject([
        { value: { kind: 'appended', revision: 2, repeated: false } },
        { value: { kind: 'conflict', current: null } },
        { status: 'rejected' },
        { value: { ...first, repeated: true } },
        { value: { kind: 'appended', revision: 3, repeated: false } },
      ]);
    });

    it('takes 1000 events whole', async () => {
      const { store } = subject();
      const stream = newStream();
      const events = newEvents(1000);
      expect(await appended(store, { stream, expected: 'no_stream', events })).toMatchObject({ revision: 999 });
      expect(await idsOf(store, stream)).toEqual(ids(events));
    });

    it('refuses no events, and more than fit, with an error of its own', async () => {
      const { store } = subject();
      const stream = newStream();
      const append = (events: ReturnType<typeof newEvents>): Promise<unknown> =>
        store.append({ stream, expected: 'any', events });
      await expect(append([])).rejects.toBeInstanceOf(EventStoreError);
      await expect(append([newEvent({ text: 'x'.repeat(1100 * 1024) })])).rejects.toMatchObject({
        name: 'EventStoreError',
        code: 'too_large',
      });
      expect(await idsOf(store, stream)).toEqual([]);
      await appended(store, { stream, expected: 'no_stream', events: newEvents(1) });
    });
  });
}
