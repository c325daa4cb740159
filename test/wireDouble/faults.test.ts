import { spawn } from 'node:child_process';
import { EventStoreDBClient } from '@eventstore/db-client';
import { describe, expect, it, vi } from 'vitest';
import { START } from '../../src/platform/eventStore/port.js';
import { eventStoreDbEventStore } from '../../src/platform/eventStore/eventstoredb/index.js';
import { silentLogger } from '../../src/platform/observability/logger.js';
import { all, event, events, follow, idsOf, rawEvent, rig, stream } from './kit.js';

const settledWithin = async (promise: Promise<unknown>, ms: number): Promise<boolean> => {
  let timer: NodeJS.Timeout | undefined;
  const settled = await Promise.race([
    promise.then(
      () => true,
      () => true,
    ),
    new Promise<boolean>((resolve) => (timer = setTimeout(resolve, ms, false))),
  ]);
  clearTimeout(timer);
  return settled;
};

// Each test shows the fault on the package's client as it is, and then that the adapter stands it.

describe('F1: an append that is never answered', () => {
  it('passes its deadline, and is found stored when it is repeated at its revision', async () => {
    await using own = await rig({ appendDeadlineMs: 150 });
    const { store, double } = own;
    const name = stream();
    await store.append({ stream: name, expected: 'no_stream', events: events(1) });
    double.faults.silence = 'after';
    expect(await settledWithin(own.raw().appendToStream(stream(), rawEvent(), { deadline: 100 }), 600)).toBe(false);

    const appending = store.append({ stream: name, expected: 0, events: events(2) });
    await vi.waitFor(() => expect(double.log.streamRecords(name)).toHaveLength(3));
    double.faults.silence = 'off';
    expect(await appending).toMatchObject({ kind: 'appended', revision: 2 });
    expect(await all(store.readStream(name))).toHaveLength(3);
  });

  it('is written by the repeat when the first was lost', async () => {
    await using own = await rig({ appendDeadlineMs: 150 });
    const { store, double } = own;
    const name = stream();
    await store.append({ stream: name, expected: 'no_stream', events: events(1) });
    double.faults.silence = 'before';
    const appending = store.append({ stream: name, expected: 0, events: events(2) });
    await vi.waitFor(() => expect(double.seen.batch).toBe(2));
    double.faults.silence = 'off';
    expect(await appending).toMatchObject({ kind: 'appended', revision: 2, repeated: false });
    expect(await all(store.readStream(name))).toHaveLength(3);
  });

  it('is in doubt when any revision was expected, and when no repeat is answered', async () => {
    await using own = await rig({ appendDeadlineMs: 100 });
    const { store, double } = own;
    await store.append({ stream: stream(), expected: 'any', events: events(1) });
    double.faults.silence = 'after';
    const any = stream();
    const seen = double.seen.batch;
    await expect(store.append({ stream: any, expected: 'any', events: events(1) })).rejects.toMatchObject({ code: 'in_doubt' });
    expect(double.seen.batch).toBe(seen + 1);
    await expect(store.append({ stream: stream(), expected: 'no_stream', events: events(1) })).rejects.toMatchObject({
      code: 'in_doubt',
    });
  });

  it('recognises its own write where the repeat meets a stream that had been deleted', async () => {
    await using own = await rig({ appendDeadlineMs: 150 });
    const { store, double } = own;
    const name = stream();
    await store.append({ stream: name, expected: 'no_stream', events: events(2) });
    await store.deleteStream(name);
    double.faults.silence = 'after';
    const appending = store.append({ stream: name, expected: 'no_stream', events: events(2) });
    await vi.waitFor(() => expect(double.log.streamRecords(name)).toHaveLength(2));
    double.faults.silence = 'off';
    expect(await appending).toMatchObject({ kind: 'appended', revision: 3 });
  });

  it('tells of a late answer to nobody, and of a slow one to who asked', async () => {
    await using own = await rig({ appendDeadlineMs: 2000 });
    own.double.faults.slowMs = 50;
    expect(await own.store.append({ stream: stream(), expected: 'no_stream', events: events(1) })).toMatchObject({ kind: 'appended' });
    own.double.faults.wrongVersionOnce = true;
    expect(await own.store.append({ stream: stream(), expected: 'no_stream', events: events(1) })).toEqual({ kind: 'conflict', current: null });
  });

  it('repeats across a broken connection', async () => {
    await using own = await rig({ appendDeadlineMs: 1000 });
    const { store, double } = own;
    const name = stream();
    for (let revision = 0; revision < 5; revision += 1) {
      double.faults.disconnectAfterNextAppend = revision % 2 === 1;
      const expected = revision === 0 ? 'no_stream' : revision - 1;
      expect(await store.append({ stream: name, expected, events: [event()] })).toMatchObject({ kind: 'appended', revision });
    }
    expect(await all(store.readStream(name))).toHaveLength(5);
  });
});

describe('F2: an error on the batch stream of another client in the process', () => {
  it('does not reach this one', async () => {
    await using own = await rig({ appendDeadlineMs: 5000 });
    const { store, double } = own;
    const other = own.open();
    const [rawOne, rawTwo] = [own.raw(), own.raw()];
    await rawOne.appendToStream(stream(), rawEvent());
    double.faults.holdReplies = true;
    const rejected = rawTwo.appendToStream(stream(), rawEvent()).then(
      () => 'stored',
      () => 'rejected',
    );
    await vi.waitFor(() => expect(double.seen.batch).toBe(2));
    double.abortOldestBatch();
    expect(await rejected).toBe('rejected'); // and it is in the log all the same
    await rawTwo.dispose();
    double.faults.holdReplies = false;
    await vi.waitFor(() => expect(double.openBatches()).toBe(0));

    await other.append({ stream: stream(), expected: 'any', events: events(1) });
    await store.append({ stream: stream(), expected: 'any', events: events(1) });
    expect(double.openBatches()).toBe(2);
    double.faults.holdReplies = true;
    const appending = store.append({ stream: stream(), expected: 'any', events: events(1) });
    const seen = double.seen.batch;
    await vi.waitFor(() => expect(double.seen.batch).toBe(seen + 1));
    double.abortOldestBatch(); // the other's
    double.faults.holdReplies = false;
    double.releaseLateReplies();
    expect(await appending).toMatchObject({ kind: 'appended' });
  });
});

describe('F3: throwOnAppendFailure=false', () => {
  it('is not taken, since the client then answers a revision of its own making', async () => {
    await using own = await rig();
    const url = `${own.double.url}&throwOnAppendFailure=false`;
    const raw = EventStoreDBClient.connectionString(url);
    const name = stream();
    for (let n = 0; n < 5; n += 1) await raw.appendToStream(name, rawEvent());
    expect(await raw.appendToStream(name, rawEvent(), { expectedRevision: 2n })).toMatchObject({ success: false, nextExpectedRevision: 1n });
    await raw.dispose();
    expect(() => eventStoreDbEventStore({ connectionString: url, logger: silentLogger })).toThrow(/throwOnAppendFailure/);
  });
});

describe('F4: a dead server', () => {
  it('is unavailable, for appends and reads, and the store works again when it is back', async () => {
    const gone = await rig();
    const { port, log } = gone.double;
    await gone[Symbol.asyncDispose]();
    const url = `esdb://127.0.0.1:${port}?tls=false`;
    const raw = EventStoreDBClient.connectionString(`${url}&keepAliveInterval=20001`);
    const error: unknown = await raw.appendToStream(stream(), rawEvent()).catch((cause: unknown) => cause);
    expect(error).toMatchObject({ code: 14 });
    expect(error).not.toHaveProperty('type');
    await raw.dispose();

    const store = eventStoreDbEventStore({ connectionString: url, logger: silentLogger, appendDeadlineMs: 1000 });
    const append = () => store.append({ stream: stream(), expected: 'any', events: events(1) });
    const failed: unknown = await append().catch((cause: unknown) => cause);
    expect(failed).toMatchObject({ name: 'EventStoreError', code: 'unavailable' });
    expect((failed as Error).message).not.toContain(String(port));
    await expect(store.head()).rejects.toMatchObject({ code: 'unavailable' });
    await using back = await rig({ port, log });
    await vi.waitFor(async () => expect(await append()).toMatchObject({ kind: 'appended' }), { timeout: 10_000 });
    expect(back.double.log.records).toHaveLength(1);
    await store.close();
  });
});

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
    own.double.faults.failNextRead = 14;
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
    await store.append({ stream: stream(), expected: 'any', events: events(700) });
    const items = await follow(store, START, (seen) => seen.some(({ kind }) => kind === 'caught_up'));
    expect(items.findIndex(({ kind }) => kind === 'caught_up')).toBe(700);
    expect(items[700]).toEqual({ kind: 'caught_up', position: await store.head() });
  });
});

describe('F7: a late reply after a reconnect', () => {
  // One client; a read fails and the client leaves its channel; the batch stream on the old one breaks, and then the
  // answer on the new one arrives.
  it('ends a process that appends by the client', async () => {
    await using own = await rig();
    const { double } = own;
    double.faults.holdReplies = true;
    const script = `
      import { EventStoreDBClient, jsonEvent } from '@eventstore/db-client';
      const client = EventStoreDBClient.connectionString(${JSON.stringify(double.url)});
      const append = () => client.appendToStream('late-1', jsonEvent({ type: 'T', data: {} })).catch(() => undefined);
      void append();
      process.stdin.once('data', async () => {
        await client.getStreamMetadata('late-1').catch(() => undefined);
        void append();
      });
      process.on('exit', (code) => process.stdout.write('exit ' + code));
    `;
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: 'pipe' });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
    const ended = new Promise((resolve) => child.once('exit', resolve));
    const within = { timeout: 10_000 };
    await vi.waitFor(() => expect(double.seen.batch).toBe(1), within);
    double.faults.failNextRead = 14;
    child.stdin.write('go\n');
    await vi.waitFor(() => expect(double.seen.batch).toBe(2), within);
    double.abortOldestBatch();
    await vi.waitFor(() => expect(double.openBatches()).toBe(1), within);
    double.releaseLateReplies();
    await ended;
    expect(output).toContain('undefined is not iterable');
    expect(output).toContain('exit 1');
  });

  it('does not disturb the adapter', async () => {
    await using own = await rig({ appendDeadlineMs: 3000 });
    const { store, double } = own;
    await store.append({ stream: stream(), expected: 'any', events: events(1) });
    double.faults.holdReplies = true;
    const name = stream();
    const first = store.append({ stream: stream(), expected: 'any', events: events(1) }).catch((error: unknown) => error);
    await vi.waitFor(() => expect(double.seen.batch).toBe(2));
    double.faults.failNextRead = 14;
    await store.head().catch(() => undefined);
    const second = store.append({ stream: name, expected: 'no_stream', events: events(1) });
    double.abortOldestBatch();
    expect(await first).toMatchObject({ code: 'in_doubt' });
    double.faults.holdReplies = false;
    double.releaseLateReplies();
    expect(await second).toMatchObject({ kind: 'appended', revision: 0 });
  });
});
