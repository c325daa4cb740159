import { EventStoreDBClient, jsonEvent } from '@eventstore/db-client';
import { eventStoreDbEventStore } from '../../src/platform/eventStore/eventstoredb/index.js';
import type { EventStore, LogItem, NewEvent, Position, StoredEvent } from '../../src/platform/eventStore/port.js';
import { silentLogger } from '../../src/platform/observability/logger.js';
import { startWireDouble, type WireDouble, type WireDoubleOptions } from './server.js';

export const event = (id: string = crypto.randomUUID()): NewEvent => ({
  id,
  type: 'Tested',
  data: { n: 1 },
  metadata: { occurredAt: 1 },
});
export const events = (count: number): NewEvent[] => Array.from({ length: count }, () => event());
export const stream = (): string => `test-${crypto.randomUUID()}`;
export const rawEvent = () => jsonEvent({ type: 'Tested', data: { n: 1 } });

export interface Rig extends AsyncDisposable {
  readonly double: WireDouble;
  readonly store: EventStore;
  /** The package's client as it is, on the same server: shows that the fault is real. */
  readonly raw: () => EventStoreDBClient;
  readonly open: (appendDeadlineMs?: number) => EventStore;
}

export async function rig(options: WireDoubleOptions & { appendDeadlineMs?: number } = {}): Promise<Rig> {
  const double = await startWireDouble(options);
  const stores: EventStore[] = [];
  const raws: EventStoreDBClient[] = [];
  const open = (appendDeadlineMs = options.appendDeadlineMs ?? 300): EventStore => {
    const made = eventStoreDbEventStore({ connectionString: double.url, logger: silentLogger, appendDeadlineMs });
    stores.push(made);
    return made;
  };
  return {
    double,
    store: open(),
    open,
    raw: () => {
      const made = EventStoreDBClient.connectionString(double.url);
      raws.push(made);
      return made;
    },
    [Symbol.asyncDispose]: async () => {
      await Promise.all(stores.map((store) => store.close()));
      double.kill();
      await Promise.all(raws.map((client) => client.dispose()));
    },
  };
}

/** Reads a subscription until `enough`; the ids and the places of caught_up in order. */
export async function follow(
  store: EventStore,
  after: Position,
  enough: (items: readonly LogItem[]) => boolean,
): Promise<LogItem[]> {
  const controller = new AbortController();
  const items: LogItem[] = [];
  for await (const batch of store.subscribe(after, { signal: controller.signal })) {
    items.push(...batch);
    if (enough(items)) break;
  }
  controller.abort();
  return items;
}

export const idsOf = (items: readonly LogItem[]): string[] =>
  items.flatMap((item) => (item.kind === 'event' ? [item.event.id] : []));

export async function all(source: AsyncIterable<StoredEvent>): Promise<StoredEvent[]> {
  const found: StoredEvent[] = [];
  for await (const each of source) found.push(each);
  return found;
}

/** Whether the promise settles in this time (ms). */
export const settledWithin = async (promise: Promise<unknown>, ms: number): Promise<boolean> => {
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
