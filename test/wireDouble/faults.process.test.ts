import { spawn } from 'node:child_process';
import { EventStoreDBClient } from '@eventstore/db-client';
import grpc from '@grpc/grpc-js';
import { describe, expect, it, vi } from 'vitest';
import { eventStoreDbEventStore } from '../../src/platform/eventStore/eventstoredb/index.js';
import { silentLogger } from '../../src/platform/observability/logger.js';
import { events, rawEvent, rig, stream } from './kit.js';

// Each test shows the fault on the package's client as it is, and then that the adapter stands it.

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
    await vi.waitFor(() => expect(double.openBatches()).toBe(1));
    double.faults.holdReplies = false;
    await other.append({ stream: stream(), expected: 'no_stream', events: events(1) }); // it has heard of it
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
    expect(await raw.appendToStream(name, rawEvent(), { expectedRevision: 2n })).toMatchObject({
      success: false,
      nextExpectedRevision: 1n,
    });
    await raw.dispose();
    expect(() => eventStoreDbEventStore({ connectionString: url, logger: silentLogger })).toThrow(
      /throwOnAppendFailure/,
    );
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
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
    const ended = new Promise((resolve) => child.once('exit', resolve));
    const within = { timeout: 10_000 };
    await vi.waitFor(() => expect(double.seen.batch).toBe(1), within);
    double.faults.failNextRead = grpc.status.UNAVAILABLE;
    child.stdin.write('go\n');
    await vi.waitFor(() => expect(double.seen.batch).toBe(2), within);
    double.abortOldestBatch();
    await vi.waitFor(() => expect(double.openBatches()).toBe(1), within);
    double.releaseLateReplies();
    await ended;
    expect(output).toContain('undefined is not iterable');
    expect(output).toContain('exit 1');
  });

  it('is told to nobody when the append that it answers has passed its deadline', async () => {
    await using own = await rig({ appendDeadlineMs: 300 });
    const { store, double } = own;
    await store.append({ stream: stream(), expected: 'any', events: events(1) });
    double.faults.holdReplies = true;
    const begun = performance.now();
    const first = store
      .append({ stream: stream(), expected: 'any', events: events(1) })
      .catch((error: unknown) => error);
    await vi.waitFor(() => expect(performance.now() - begun).toBeGreaterThan(150));
    const second = store.append({ stream: stream(), expected: 'any', events: events(1) });
    expect(await first).toMatchObject({ code: 'in_doubt' });
    double.faults.holdReplies = false;
    double.releaseLateReplies(); // both come by the one stream
    expect(await second).toMatchObject({ kind: 'appended' });
  });

  it('does not disturb the adapter', async () => {
    await using own = await rig({ appendDeadlineMs: 3000 });
    const { store, double } = own;
    await store.append({ stream: stream(), expected: 'any', events: events(1) });
    double.faults.holdReplies = true;
    const name = stream();
    const first = store
      .append({ stream: stream(), expected: 'any', events: events(1) })
      .catch((error: unknown) => error);
    await vi.waitFor(() => expect(double.seen.batch).toBe(2));
    double.faults.failNextRead = grpc.status.UNAVAILABLE;
    await store.head().catch(() => undefined);
    const second = store.append({ stream: name, expected: 'no_stream', events: events(1) });
    double.abortOldestBatch();
    expect(await first).toMatchObject({ code: 'in_doubt' });
    double.faults.holdReplies = false;
    double.releaseLateReplies();
    expect(await second).toMatchObject({ kind: 'appended', revision: 0 });
  });
});
