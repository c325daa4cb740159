import { randomUUID } from 'node:crypto';
import { expect } from 'vitest';
import type {
  AppendOutcome,
  AppendRequest,
  EventStore,
  LogItem,
  NewEvent,
  Position,
  StoredEvent,
} from '../../../src/platform/eventStore/port.js';

/** A store under test. `another` opens a second adapter on the same log, as another process would. */
export interface OpenedEventStore {
  readonly store: EventStore;
  readonly another?: () => Promise<EventStore>;
  readonly close: () => Promise<void>;
}

/** What the groups of the suite get: the store is opened before their tests run. */
export interface Subject {
  readonly store: EventStore;
  readonly another: (() => Promise<EventStore>) | undefined;
  readonly open: () => Promise<OpenedEventStore>;
}

export const newStream = (): string => `conversation-${randomUUID()}`;

export function newEvent(data: object = { text: 'hello' }): NewEvent {
  return {
    id: randomUUID(),
    type: 'MessageSent',
    data,
    metadata: { occurredAt: 1_764_000_000_000, correlationId: randomUUID() },
  };
}

export const newEvents = (count: number): NewEvent[] =>
  Array.from({ length: count }, (_, index) => newEvent({ index }));

export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

export type Appended = Extract<AppendOutcome, { kind: 'appended' }>;

export async function appended(store: EventStore, request: AppendRequest): Promise<Appended> {
  const outcome = await store.append(request);
  if (outcome.kind !== 'appended') throw new Error(`expected an append, got ${JSON.stringify(outcome)}`);
  return outcome;
}

export async function idsOf(store: EventStore, stream: string): Promise<string[]> {
  return (await collect(store.readStream(stream))).map((event) => event.id);
}

export const ids = (events: readonly { readonly id: string }[]): string[] => events.map((event) => event.id);

/** What a subscription gives until `enough`, which sees the events of `streams` only. The log may have other writers. */
export async function follow(
  store: EventStore,
  after: Position,
  streams: readonly string[],
  enough: (events: readonly StoredEvent[], items: readonly LogItem[]) => boolean,
  onItems: (items: readonly LogItem[]) => void | Promise<void> = () => undefined,
): Promise<StoredEvent[]> {
  const stop = new AbortController();
  const wanted = new Set(streams);
  const events: StoredEvent[] = [];
  const all: LogItem[] = [];
  for await (const items of store.subscribe(after, { signal: stop.signal })) {
    all.push(...items);
    for (const item of items) if (item.kind === 'event' && wanted.has(item.event.stream)) events.push(item.event);
    await onItems(items);
    if (enough(events, all)) break;
  }
  return events;
}

/** Positions rise strictly, and each stream's revisions rise by one. */
export function expectLogOrder(events: readonly StoredEvent[]): void {
  const revisions = new Map<string, number>();
  events.forEach((event, index) => {
    if (index > 0) expect(event.position > events[index - 1]!.position).toBe(true);
    const before = revisions.get(event.stream);
    if (before !== undefined) expect(event.revision).toBe(before + 1);
    revisions.set(event.stream, event.revision);
  });
}
