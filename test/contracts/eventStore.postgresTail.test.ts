import { describe, expect, it } from 'vitest';
import type { Position, StoredEvent } from '../../src/platform/eventStore/port.js';
import type { LogPage, Reader } from '../../src/platform/eventStore/postgres/sql.js';
import { tail as tailOf, type Tail } from '../../src/platform/eventStore/postgres/tail.js';
import { silentLogger } from '../../src/platform/observability/logger.js';
import { newEvent } from './eventStore/kit.js';

const at = (position: number): StoredEvent => ({
  ...newEvent(),
  stream: 's',
  revision: position,
  position: BigInt(position) as Position,
  recordedAt: 0,
});
const range = (from: number, to: number): StoredEvent[] =>
  Array.from({ length: to - from + 1 }, (_, index) => at(from + index));

/** A tail whose reads of the log wait until the test answers them with a log that ends at `head`. */
function setUp(): { tail: Tail; reads: ((head: number) => void)[]; started: Promise<void> } {
  const reads: ((head: number) => void)[] = [];
  const reader = {
    head: async () => 9n as Position,
    logPage: (after: Position) =>
      new Promise<LogPage>((resolve) => {
        reads.push((head) => {
          const position = BigInt(head) as Position;
          resolve({ events: range(Number(after) + 1, head), to: position, head: position, bytes: 1 });
        });
      }),
  } as Partial<Reader> as Reader;
  const tail = tailOf({ reader, logger: silentLogger, maxEvents: 6, maxBytes: 1000 });
  return { tail, reads, started: tail.refresh() };
}

async function atTen(): Promise<ReturnType<typeof setUp>> {
  const parts = setUp();
  await settled();
  parts.reads.shift()!(10);
  await parts.started;
  return parts;
}

/** Lets everything run that does not wait for the test. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

function positions(tail: Tail, after: number): number[] {
  const found: number[] = [];
  for (let number = tail.seek(BigInt(after) as Position); ; number++) {
    const batch = tail.batch(number);
    if (batch === undefined || batch === 'gone') return found;
    for (const item of batch.items) if (item.kind === 'event') found.push(Number(item.event.position));
  }
}

describe('the end of the Postgres log in memory', () => {
  it('takes what a flush stored without reading it', async () => {
    const { tail, reads } = await atTen();
    tail.flushStarted();
    tail.hint(12n as Position);
    tail.flushEnded(range(11, 12), 1);
    await settled();
    expect(positions(tail, 9)).toEqual([10, 11, 12]);
    expect(reads).toHaveLength(0);
  });

  it('reads what others stored in between, once, and keeps its own', async () => {
    const { tail, reads } = await atTen();
    tail.flushEnded(range(13, 14), 1);
    expect(positions(tail, 9)).toEqual([10]);
    reads.shift()!(12);
    await settled();
    expect(positions(tail, 9)).toEqual([10, 11, 12, 13, 14]);
    expect(reads).toHaveLength(0);
  });

  it('gives an event once that both a flush and a read bring', async () => {
    const { tail, reads } = await atTen();
    tail.hint(12n as Position);
    tail.flushEnded(range(11, 12), 1);
    reads.shift()!(13);
    await settled();
    expect(positions(tail, 9)).toEqual([10, 11, 12, 13]);
    tail.flushEnded(range(14, 15), 1);
    expect(positions(tail, 13)).toEqual([14, 15]);
  });

  it('reads when another has stored something, and not for what it knows', async () => {
    const { tail, reads } = await atTen();
    tail.hint(10n as Position);
    expect(reads).toHaveLength(0);
    tail.hint(11n as Position);
    expect(reads).toHaveLength(1);
  });

  it('drops the oldest, and says so', async () => {
    const { tail } = await atTen();
    const first = tail.seek(9n as Position);
    for (let position = 11; position < 21; position += 2) tail.flushEnded(range(position, position + 1), 1);
    expect(tail.batch(first)).toBe('gone');
    expect(tail.covers(13n as Position)).toBe(false);
    expect(tail.covers(14n as Position)).toBe(true);
    expect(positions(tail, 14)).toEqual([15, 16, 17, 18, 19, 20]);
  });
});
