import { EventStoreDBClient, jsonEvent } from '@eventstore/db-client';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { eventStoreDbEventStore } from '../../src/platform/eventStore/eventstoredb/index.js';
import { silentLogger } from '../../src/platform/observability/logger.js';
import { startWireDoubleProcess } from './process.js';

// CPU that one append costs at the client, by each way to append (docs/adr/0019). Prints a JSON line for each.

const OUTSTANDING = 32;
const APPENDS = 20_000;
const data = { clientId: crypto.randomUUID(), at: 1_700_000_000_000, text: 'x'.repeat(180) };
const metadata = { occurredAt: 1_700_000_000_000, v: 1, correlationId: crypto.randomUUID() };

type Append = (stream: string) => Promise<unknown>;

function rawAppend(url: string, credentials: boolean): Append {
  const client = EventStoreDBClient.connectionString(url);
  const options = credentials ? { credentials: { username: 'admin', password: 'changeit' } } : {};
  return (stream) =>
    client.appendToStream(stream, jsonEvent({ type: 'Measured', data, metadata }), {
      expectedRevision: 'any',
      ...options,
    });
}

/** The client in a worker thread: each append is a message there and one back. */
function workerAppend(url: string): Append {
  const worker = new Worker(new URL(import.meta.url), { workerData: { url } });
  const waiting = new Map<number, (ok: unknown) => void>();
  let next = 0;
  worker.on('message', (id: number) => {
    waiting.get(id)?.(undefined);
    waiting.delete(id);
  });
  return (stream) =>
    new Promise((resolve) => {
      next += 1;
      waiting.set(next, resolve);
      worker.postMessage({ id: next, stream, data, metadata });
    });
}

async function measure(mode: string, append: Append): Promise<void> {
  const run = async (count: number): Promise<void> => {
    let left = count;
    await Promise.all(
      Array.from({ length: OUTSTANDING }, async (_, lane) => {
        while (left-- > 0) await append(`measure-${lane}`);
      }),
    );
  };
  await run(APPENDS / 4);
  const cpu = process.cpuUsage();
  const start = performance.now();
  await run(APPENDS);
  const wallMs = performance.now() - start;
  const { user, system } = process.cpuUsage(cpu);
  const result = {
    mode,
    appendsPerSecond: Math.round(APPENDS / (wallMs / 1000)),
    cpuMicrosPerAppend: Math.round((user + system) / APPENDS),
  };
  process.stdout.write(`${JSON.stringify(result)}\n`);
}

if (isMainThread) {
  const server = await startWireDoubleProcess();
  const store = eventStoreDbEventStore({ connectionString: server.url, logger: silentLogger });
  const own: Append = (stream) =>
    store.append({ stream, expected: 'any', events: [{ id: crypto.randomUUID(), type: 'Measured', data, metadata }] });
  for (let round = 0; round < 2; round += 1) {
    await measure("the client's BatchAppend", rawAppend(server.url, false));
    await measure("the client's Append", rawAppend(server.url, true));
    await measure("the client's BatchAppend in a worker", workerAppend(server.url));
    await measure('our BatchAppend', own);
  }
  await server.kill();
  process.exit(0);
} else {
  const client = EventStoreDBClient.connectionString((workerData as { url: string }).url);
  parentPort!.on('message', (message: { id: number; stream: string; data: object; metadata: object }) => {
    const event = jsonEvent({ type: 'Measured', data: { ...message.data }, metadata: { ...message.metadata } });
    void client.appendToStream(message.stream, event).then(() => parentPort!.postMessage(message.id));
  });
}
