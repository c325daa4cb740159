import grpc from '@grpc/grpc-js';
import { describe, expect, it } from 'vitest';
import { START, type LogItem } from '../../src/platform/eventStore/port.js';
import { all, events, follow, idsOf, rig, settledWithin, stream } from './kit.js';

// Each test shows the fault on the package's client as it is, and then that the adapter stands it.

describe('F5: reads and subscriptions', () => {
  it('subscribes again from the last event, and gives each once', async () => {
    await using own = await rig({ appendDeadlineMs: 2000 });
    const { store, double } = own;
    const raw = own.raw();
    const ids: string[] = [];
    const write = async (count: number): Promise<void> => {
      const more = events(count);
      ids.push(...more.map(({ id }) => id));
      await store.append({ stream: stream(), expected: 'any', events: more });
    };
    await write(7);
    double.faults.cutSubscriptionsAfter = 3; // in the middle of an append
    const broken = raw.subscribeToAll();
    const rawSeen: string[] = [];
    broken.on('data', (resolved) => rawSeen.push(resolved.event?.id ?? ''));
    await new Promise<void>((resolve) => broken.on('error', () => resolve()));

    double.faults.cutSubscriptionsAfter = 3;
    let cuts = 0;
    const items = await follow(store, START, (seen) => {
      const count = idsOf(seen).length;
      if (count >= 7 && cuts < 3) {
        cuts += 1;
        double.faults.cutSubscriptionsAfter = 2;
        double.disconnect();
        void write(4);
      }
      return count >= 19;
    });
    expect(idsOf(items)).toEqual(ids);
    expect(rawSeen.length).toBeLessThan(7);
  });

  it('gives up a read that falls silent', async () => {
    await using own = await rig({ appendDeadlineMs: 100 });
    own.double.faults.silentReads = true;
    expect(await settledWithin(own.raw().getStreamMetadata(stream()), 400)).toBe(false);
    await expect(all(own.store.readStream(stream()))).rejects.toMatchObject({ code: 'unavailable' });
    await expect(own.store.head()).rejects.toMatchObject({ code: 'unavailable' });
  });

  it('ends on abort while the server is away', async () => {
    await using own = await rig();
    own.double.faults.failNextRead = grpc.status.UNAVAILABLE;
    own.double.kill();
    const controller = new AbortController();
    const batches = own.store.subscribe(START, { signal: controller.signal })[Symbol.asyncIterator]();
    const next = batches.next();
    controller.abort();
    expect(await next).toMatchObject({ done: true });
  });
});

describe('F6: a server that does not say caught_up', () => {
  it('has caught up at what was the head', async () => {
    await using own = await rig({ version: '22.10.5', appendDeadlineMs: 2000 });
    const { store } = own;
    let told = false;
    const raw = own.raw().subscribeToAll();
    raw.on('caughtUp', () => (told = true));
    raw.on('error', () => undefined);
    expect((await follow(store, START, (seen) => seen.length > 0))[0]).toEqual({ kind: 'caught_up', position: START });
    await store.append({ stream: stream(), expected: 'any', events: events(3) });
    const items = await follow(store, START, (seen) => seen.length >= 4);
    expect(items.map(({ kind }) => kind)).toEqual(['event', 'event', 'event', 'caught_up']);
    expect(items[3]).toEqual({ kind: 'caught_up', position: await store.head() });
    expect(told).toBe(false);
  });

  it('comes after the events that it speaks of, on a newer server', async () => {
    await using own = await rig({ appendDeadlineMs: 2000 });
    const { store } = own;
    // More than is held for a consumer, so that the last lie in the client's buffer when it tells of caught_up.
    await store.append({ stream: stream(), expected: 'any', events: events(1000) });
    await store.append({ stream: stream(), expected: 'any', events: events(8) });
    const controller = new AbortController();
    const items: LogItem[] = [];
    for await (const batch of store.subscribe(START, { signal: controller.signal })) {
      items.push(...batch);
      if (items.some(({ kind }) => kind === 'caught_up')) break;
      for (let turn = 0; turn < 100; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    }
    controller.abort();
    expect(items.findIndex(({ kind }) => kind === 'caught_up')).toBe(1008);
    expect(items[1008]).toEqual({ kind: 'caught_up', position: await store.head() });
  });
});
