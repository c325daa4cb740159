import { describe, expect, it } from 'vitest';
import { START, type LogItem, type Position } from '../../src/platform/eventStore/port.js';
import { all, event, events, follow, idsOf, rawEvent, rig, stream } from './kit.js';

const caughtUp = (items: readonly LogItem[]): boolean => items.some(({ kind }) => kind === 'caught_up');

describe('positions of EventStoreDB', () => {
  for (const ownPositions of [false, true]) {
    describe(ownPositions ? 'one for each event' : 'one for all events of an append (A3)', () => {
      it('resumes at every place inside an append, in reads and subscriptions', async () => {
        await using own = await rig({ ownPositions });
        const { store } = own;
        const name = stream();
        await store.append({ stream: stream(), expected: 'any', events: events(1) });
        await store.append({ stream: name, expected: 'no_stream', events: events(5) });
        await store.append({ stream: stream(), expected: 'any', events: events(2) });
        const log = await all(store.readLog(START));
        expect(log).toHaveLength(8);
        for (const [index, { position }] of log.entries()) {
          const rest = log.slice(index + 1).map(({ id }) => id);
          expect((await all(store.readLog(position))).map(({ id }) => id)).toEqual(rest);
          const items = await follow(store, position, (seen) => caughtUp(seen) && idsOf(seen).length >= rest.length);
          expect(idsOf(items)).toEqual(rest);
        }
      });

      it('gives the same position by append, stream, log, head and subscription', async () => {
        await using own = await rig({ ownPositions });
        const { store } = own;
        const name = stream();
        const outcome = await store.append({ stream: name, expected: 'no_stream', events: events(3) });
        const log = await all(store.readLog(START));
        const forwards = await all(store.readStream(name));
        const backwards = await all(store.readStream(name, { direction: 'backwards', limit: 1 }));
        expect(forwards.map(({ position }) => position)).toEqual(log.map(({ position }) => position));
        expect(new Set(log.map(({ position }) => position)).size).toBe(3);
        expect(backwards[0]?.position).toBe(log[2]?.position);
        expect(await store.head()).toBe(log[2]?.position);
        expect(outcome).toMatchObject({ kind: 'appended', revision: 2, position: log[2]?.position, repeated: false });
      });
    });
  }

  it('keeps them when the beginning of the append is truncated', async () => {
    await using own = await rig();
    const { store } = own;
    const name = stream();
    await store.append({ stream: name, expected: 'no_stream', events: events(4) });
    const before = await all(store.readStream(name));
    await store.truncateBefore(name, 2);
    expect(await all(store.readStream(name))).toEqual(before.slice(2));
    await store.truncateBefore(name, 1);
    expect(await all(store.readStream(name))).toHaveLength(2);
  });

  it('counts the events of an append by another program', async () => {
    await using own = await rig();
    const { store } = own;
    await own.raw().appendToStream(stream(), [rawEvent(), rawEvent(), rawEvent()]);
    const log = await all(store.readLog(START));
    expect(new Set(log.map(({ position }) => position)).size).toBe(3);
    expect(await store.head()).toBe(log[2]?.position);
    expect(await all(store.readLog(log[0]!.position))).toHaveLength(2);
  });

  it('takes 1000 events in one append, and reads on past it', async () => {
    await using own = await rig({ appendDeadlineMs: 5000 });
    const { store } = own;
    await store.append({ stream: stream(), expected: 'no_stream', events: events(1000) });
    await store.append({ stream: stream(), expected: 'no_stream', events: events(1000) });
    await store.append({ stream: stream(), expected: 'no_stream', events: events(1000) });
    const log = await all(store.readLog(START));
    expect(log).toHaveLength(3000);
    expect(log.every((each, index) => index === 0 || each.position > log[index - 1]!.position)).toBe(true);
    const items = await follow(store, log[1500]!.position, caughtUp);
    expect(idsOf(items)).toEqual(log.slice(1501).map(({ id }) => id));
    await expect(store.append({ stream: stream(), expected: 'any', events: events(1001) })).rejects.toMatchObject({
      code: 'invalid',
    });
  });
});

describe('the log of EventStoreDB', () => {
  it("leaves out system streams and the adapter's own", async () => {
    await using own = await rig();
    const { store } = own;
    await store.logId();
    const name = stream();
    await store.append({ stream: name, expected: 'no_stream', events: events(2) });
    await store.truncateBefore(name, 1);
    await store.deleteStream(name);
    expect((await all(store.readLog(START))).map((each) => each.stream)).toEqual([name, name]);
    const items = await follow(store, START, caughtUp);
    expect(idsOf(items)).toHaveLength(2);
    expect(await store.head()).toBe((await all(store.readLog(START)))[1]?.position);
  });

  it("finds its head behind many records of the server's own", async () => {
    await using own = await rig();
    const { store } = own;
    const outcome = await store.append({ stream: stream(), expected: 'any', events: events(1) });
    for (let n = 0; n < 40; n += 1) {
      await own.double.log.append('$stats', 'any', [
        {
          id: crypto.randomUUID(),
          type: '$stats',
          contentType: 'application/json',
          data: Buffer.from('{}'),
          metadata: new Uint8Array(0),
        },
      ]);
    }
    expect(await store.head()).toBe((outcome as { position: Position }).position);
  });

  it('has one id, whoever asks first', async () => {
    await using own = await rig();
    const other = own.open();
    const [one, two] = await Promise.all([own.store.logId(), other.logId()]);
    expect(one).toBe(two);
    await using elsewhere = await rig();
    expect(await elsewhere.store.logId()).not.toBe(one);
  });

  it('does not write an id again that lies at the expected revision, and does where it lies further back (A6)', async () => {
    await using own = await rig();
    const { store } = own;
    const name = stream();
    const first = event();
    await store.append({ stream: name, expected: 'no_stream', events: [first] });
    expect(await store.append({ stream: name, expected: 'no_stream', events: [first] })).toMatchObject({
      revision: 0,
      repeated: true,
    });
    expect(store.refusesKnownIds).toBe(false);
    await store.append({ stream: name, expected: 0, events: [first] });
    expect(await all(store.readStream(name))).toHaveLength(2);
  });

  it('answers a tombstone with stream_deleted', async () => {
    await using own = await rig();
    const { store } = own;
    const name = stream();
    await store.append({ stream: name, expected: 'no_stream', events: events(1) });
    await own.raw().tombstoneStream(name);
    await expect(store.append({ stream: name, expected: 'any', events: events(1) })).rejects.toMatchObject({
      code: 'stream_deleted',
    });
    await expect(all(store.readStream(name))).rejects.toMatchObject({ code: 'stream_deleted' });
  });

  it('says what is too large before and after the server does', async () => {
    await using own = await rig();
    const large = { ...event(), data: { text: 'x'.repeat(1024 * 1024) } };
    await expect(own.store.append({ stream: stream(), expected: 'any', events: [large] })).rejects.toMatchObject({
      code: 'too_large',
    });
    await expect(own.raw().appendToStream(stream(), { ...rawEvent(), data: large.data })).rejects.toMatchObject({
      type: 'maximum-append-size-exceeded',
    });
  });

  it('holds a bounded number of events for a slow consumer', async () => {
    await using own = await rig({ appendDeadlineMs: 5000 });
    const { store } = own;
    for (let n = 0; n < 6; n += 1) await store.append({ stream: stream(), expected: 'any', events: events(1000) });
    const controller = new AbortController();
    const sizes: number[] = [];
    let total = 0;
    for await (const batch of store.subscribe(START, { signal: controller.signal })) {
      sizes.push(batch.length);
      total += idsOf(batch).length;
      if (caughtUp(batch)) break;
      // Slow: a turn of the event loop lets the rest of what is allowed arrive.
      for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    }
    controller.abort();
    expect(total).toBe(6000);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(1100);
  });
});
