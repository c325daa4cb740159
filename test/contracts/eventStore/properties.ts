import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type {
  AppendOutcome,
  AppendRequest,
  EventStore,
  ExpectedRevision,
  NewEvent,
} from '../../../src/platform/eventStore/port.js';
import { collect, expectLogOrder, follow, ids, newEvents, newStream, type Subject } from './kit.js';

const runs = 120;
const timeout = 120_000;

const expectation = fc.constantFrom('head', 'stale', 'beyond', 'no_stream', 'stream_exists', 'any');
type Expectation = 'head' | 'stale' | 'beyond' | 'no_stream' | 'stream_exists' | 'any';
const append = fc.record({
  op: fc.constant('append' as const),
  stream: fc.nat(2),
  expectation,
  size: fc.integer({ min: 1, max: 4 }),
});
const repeat = fc.record({ op: fc.constant('repeat' as const), which: fc.nat(20) });
const truncate = fc.record({
  op: fc.constant('truncate' as const),
  stream: fc.nat(2),
  share: fc.double({ min: 0, max: 1, noNaN: true }),
});
const remove = fc.record({ op: fc.constant('delete' as const), stream: fc.nat(2) });

function resolve(kind: Expectation, head: number): ExpectedRevision {
  switch (kind) {
    case 'head':
      return head < 0 ? 'no_stream' : head;
    case 'stale':
      return head < 1 ? 'no_stream' : head - 1;
    case 'beyond':
      return head + 1;
    default:
      return kind;
  }
}

interface Model {
  readonly name: string;
  events: NewEvent[];
  /** What readers of the stream see begins here. */
  from: number;
  deleted: boolean;
  /** Appends that can be repeated: exact, and nothing was truncated or deleted since. */
  done: { request: AppendRequest; outcome: AppendOutcome }[];
}

function predict(
  model: Model,
  { expected, events }: AppendRequest,
): Pick<AppendOutcome, 'kind'> & { revision?: number; current?: number | null } {
  const head = model.events.length - 1;
  const absent = head < 0 || model.deleted;
  const holds =
    expected === 'any' ||
    (expected === 'no_stream' ? absent : !absent && (expected === 'stream_exists' || expected === head));
  return holds
    ? { kind: 'appended', revision: head + events.length }
    : { kind: 'conflict', current: absent ? null : head };
}

async function checkOne(store: EventStore, model: Model): Promise<void> {
  const read = await collect(store.readStream(model.name));
  const from = model.deleted ? model.events.length : model.from;
  expect(read.map((event) => [event.revision, event.id])).toEqual(
    model.events.slice(from).map((event, index) => [from + index, event.id]),
  );
}

export function properties(subject: () => Subject): void {
  describe('properties', () => {
    it('one writer: every answer and every read is that of the model', { timeout }, async () => {
      const { store } = subject();
      const ops = fc.array(
        fc.oneof({ weight: 6, arbitrary: append }, { weight: 2, arbitrary: repeat }, truncate, remove),
        { minLength: 1, maxLength: 14 },
      );
      const property = fc.asyncProperty(ops, async (script) => {
        const models = [0, 1, 2].map((): Model => ({
          name: newStream(),
          events: [],
          from: 0,
          deleted: false,
          done: [],
        }));
        for (const step of script) {
          if (step.op === 'append') {
            const model = models[step.stream]!;
            // What an exact revision means to a deleted stream is not promised.
            const kind = model.deleted && step.expectation !== 'no_stream' ? 'any' : step.expectation;
            const request = {
              stream: model.name,
              expected: resolve(kind, model.events.length - 1),
              events: newEvents(step.size),
            };
            const outcome = await store.append(request);
            expect(outcome).toMatchObject(predict(model, request));
            if (outcome.kind !== 'appended') continue;
            expect(outcome.repeated).toBe(false);
            const fresh = model.events.length === 0 || typeof request.expected === 'number';
            if (fresh && request.expected !== 'any') model.done.push({ request, outcome });
            if (model.deleted) model.from = model.events.length;
            model.deleted = false;
            model.events.push(...request.events);
          } else if (step.op === 'repeat') {
            const done = models.flatMap((model) => model.done);
            const one = done[step.which % Math.max(1, done.length)];
            if (one !== undefined) expect(await store.append(one.request)).toEqual({ ...one.outcome, repeated: true });
          } else {
            const model = models[step.stream]!;
            if (model.events.length === 0 || model.deleted) continue;
            model.done = [];
            if (step.op === 'delete') {
              await store.deleteStream(model.name);
              model.deleted = true;
            } else {
              const before = Math.max(model.from, Math.round(step.share * model.events.length));
              await store.truncateBefore(model.name, before);
              model.from = before;
            }
          }
        }
        for (const model of models) await checkOne(store, model);
      });
      await fc.assert(property, { numRuns: runs });
    });

    it('many writers: what is answered is what is stored, in one order for all', { timeout }, async () => {
      const { store, another } = subject();
      const other = await another?.();
      const stores = other === undefined ? [store] : [store, other];
      const scripts = fc.array(
        fc.array(fc.oneof({ weight: 4, arbitrary: append }, repeat), { minLength: 1, maxLength: 8 }),
        { minLength: 2, maxLength: 5 },
      );
      const property = fc.asyncProperty(scripts, async (all) => {
        const streams = [newStream(), newStream(), newStream()];
        const before = await store.head();
        const heads = new Map(streams.map((stream) => [stream, -1]));
        const results = await Promise.all(
          all.map((script, index) => write(stores[index % stores.length]!, script, streams, heads)),
        );
        await checkMany(store, before, streams, results.flat());
      });
      try {
        await fc.assert(property, { numRuns: runs });
      } finally {
        await other?.close();
      }
    });
  });
}

interface Result {
  readonly request: AppendRequest;
  readonly outcome: AppendOutcome;
}
type Step = { op: 'append'; stream: number; expectation: Expectation; size: number } | { op: 'repeat'; which: number };

/** Appends by what is known of the heads, which other writers may have moved. */
async function write(
  store: EventStore,
  script: readonly Step[],
  streams: readonly string[],
  heads: Map<string, number>,
): Promise<Result[]> {
  const results: Result[] = [];
  for (const step of script) {
    if (step.op === 'repeat') {
      const exact = results.filter(
        ({ request, outcome }) => outcome.kind === 'appended' && typeof request.expected === 'number',
      );
      const one = exact[step.which % Math.max(1, exact.length)];
      if (one !== undefined) expect(await store.append(one.request)).toEqual({ ...one.outcome, repeated: true });
      continue;
    }
    const stream = streams[step.stream]!;
    const request = { stream, expected: resolve(step.expectation, heads.get(stream)!), events: newEvents(step.size) };
    const outcome = await store.append(request);
    if (outcome.kind === 'appended') heads.set(stream, Math.max(heads.get(stream)!, outcome.revision));
    results.push({ request, outcome });
  }
  return results;
}

async function checkMany(
  store: EventStore,
  before: Parameters<EventStore['readLog']>[0],
  streams: readonly string[],
  results: readonly Result[],
): Promise<void> {
  const log = (await collect(store.readLog(before))).filter((event) => streams.includes(event.stream));
  expectLogOrder(log);
  const stored = results.filter(({ outcome }) => outcome.kind === 'appended');
  expect(log).toHaveLength(stored.reduce((sum, { request }) => sum + request.events.length, 0));
  const at = new Map(log.map((event) => [event.id, event]));
  for (const { request, outcome } of results) {
    const found = request.events.map((event) => at.get(event.id));
    if (outcome.kind !== 'appended') {
      expect(found.every((event) => event === undefined)).toBe(true);
      expect(outcome.kind).toBe('conflict');
      if (outcome.kind === 'conflict') expect(outcome.current).not.toBe(request.expected);
      if (request.expected === 'no_stream') expect(outcome).not.toMatchObject({ current: null });
      if (request.expected === 'stream_exists') expect(outcome).toMatchObject({ current: null });
      continue;
    }
    const first = outcome.revision - request.events.length + 1;
    expect(found.map((event) => event?.revision)).toEqual(request.events.map((_, place) => first + place));
    expect(found.at(-1)?.position).toBe(outcome.position);
    if (typeof request.expected === 'number') expect(first).toBe(request.expected + 1);
    if (request.expected === 'no_stream') expect(first).toBe(0);
  }
  for (const stream of streams) {
    const own = log.filter((event) => event.stream === stream);
    expect(await collect(store.readStream(stream))).toEqual(own);
    expect(own.map((event) => event.revision)).toEqual(own.map((_, index) => index));
  }
  if (log.length > 0)
    expect(ids(await follow(store, before, streams, (own) => own.length >= log.length))).toEqual(ids(log));
}
