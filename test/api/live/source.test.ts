import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LiveItem } from '../../../src/api/live/item.js';
import type { Sink } from '../../../src/api/live/piped.js';
import { LiveSource, type SourceDeps } from '../../../src/api/live/source.js';
import type { Position } from '../../../src/platform/eventStore/port.js';

const at = (position: number): Position => BigInt(position) as Position;
const cursorItem = (position: Position): LiveItem => ({
  position,
  cursor: String(position),
  update: { __typename: 'CursorAdvanced', at: '' },
  conversationId: undefined,
  rendered: new Map(),
});
const item = (position: number): LiveItem => ({
  ...cursorItem(at(position)),
  update: { __typename: 'ConversationAdded', conversationId: String(position), memberIds: [] },
});

/** A log of events 0, 1, 2…, a hub that hands them out, and a read model that lags behind it. */
function world(pageSize: number) {
  let head = -1;
  const registered = new Set<LiveSource>();
  const waiting: { position: Position; resolve(): void }[] = [];
  const pages: (() => void)[] = [];
  const deps: SourceDeps = {
    position: () => at(head),
    register: (source) => void registered.add(source),
    unregister: (source) => void registered.delete(source),
    waitForProjection: (position) => new Promise((resolve) => waiting.push({ position, resolve })),
    checkReplay: () => Promise.resolve(),
    async replay(_source, after, upTo) {
      await new Promise<void>((resolve) => pages.push(resolve));
      const items: LiveItem[] = [];
      for (let next = Number(after) + 1; next <= Number(upTo) && items.length < pageSize; next += 1)
        items.push(item(next));
      return { items, through: items.at(-1)?.position ?? upTo };
    },
    cursorOnly: cursorItem,
  };
  return {
    deps,
    append() {
      head += 1;
      for (const source of registered) source.push(item(head));
    },
    project: () => {
      for (const one of waiting.splice(0)) one.resolve();
    },
    readPage: () => pages.shift()?.(),
    get head() {
      return head;
    },
    registered,
  };
}

function collector() {
  const seen: number[] = [];
  const cursors: number[] = [];
  const sink: Sink<LiveItem> = {
    deliver({ position, update }) {
      if (update.__typename === 'CursorAdvanced') cursors.push(Number(position));
      else seen.push(Number(position));
    },
    writable: () => undefined,
    end: (error) => {
      if (error !== undefined) throw error;
    },
  };
  return { seen, cursors, sink };
}

/** Lets every promise that can settle do so. */
async function settle(): Promise<void> {
  for (let turns = 0; turns < 30; turns += 1) await Promise.resolve();
}

describe('a live source', () => {
  it('gives every update after the cursor once, in order, however replay and live interleave', async () => {
    const steps = fc.array(
      fc.constantFrom<'append' | 'project' | 'page' | 'settle'>('append', 'project', 'page', 'settle'),
      { maxLength: 80 },
    );
    await fc.assert(
      fc.asyncProperty(
        fc.nat(12),
        fc.nat(20),
        fc.integer({ min: 1, max: 5 }),
        steps,
        async (after, before, pageSize, script) => {
          const { deps, append, project, readPage, registered } = world(pageSize);
          const start = Math.min(after, before) - 1;
          for (let n = 0; n < before; n += 1) append();
          const { seen, cursors, sink } = collector();
          const source = new LiveSource(deps, 'a', undefined, at(start));
          source.pipe(sink);
          let appended = before;
          for (const step of script) {
            if (step === 'append') {
              append();
              appended += 1;
            } else if (step === 'project') project();
            else if (step === 'page') readPage();
            await settle();
          }
          for (let turns = 0; turns < 100; turns += 1) {
            project();
            readPage();
            await settle();
          }
          expect(seen).toEqual(Array.from({ length: appended - start - 1 }, (_, index) => start + 1 + index));
          expect(cursors.length).toBeGreaterThan(0);
          source.stop();
          expect(registered.size).toBe(0);
        },
      ),
      { numRuns: 200 },
    );
  });

  it('goes live at once without a cursor, and says where it is', async () => {
    const { deps, append } = world(5);
    append();
    const { seen, cursors, sink } = collector();
    new LiveSource(deps, 'a', undefined, undefined).pipe(sink);
    await settle();
    append();
    expect([cursors, seen]).toEqual([[0], [1]]);
  });

  it('replays once more when more happens meanwhile than it may hold', async () => {
    const { deps, append, project, readPage } = world(2000);
    append();
    const { seen, sink } = collector();
    new LiveSource(deps, 'a', undefined, at(-1)).pipe(sink);
    await settle();
    for (let n = 0; n < 5_100; n += 1) append();
    for (let turns = 0; turns < 20; turns += 1) {
      project();
      readPage();
      await settle();
    }
    append();
    expect(seen).toEqual(Array.from({ length: 5_102 }, (_, index) => index));
  });

  it('gives nothing after it was stopped', async () => {
    const { deps, append } = world(5);
    const { seen, sink } = collector();
    const source = new LiveSource(deps, 'a', undefined, undefined);
    source.pipe(sink);
    await settle();
    append();
    source.stop();
    append();
    expect(seen).toEqual([0]);
  });
});
