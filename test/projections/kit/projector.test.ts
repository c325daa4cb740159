import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { StartError } from '../../../src/platform/lifecycle/index.js';
import type { Position } from '../../../src/platform/eventStore/port.js';
import { PROJECTIONS } from '../../../src/projections/index.js';
import type { Projection } from '../../../src/projections/kit/projection.js';
import type { Projector } from '../../../src/projections/kit/projector.js';
import { chat, testLog, uuid, type TestLog } from '../fixture.js';

let log: TestLog;
let stop: AbortController;
const running: Promise<void>[] = [];

beforeEach(async () => {
  log = await testLog();
  stop = new AbortController();
});
afterEach(async () => {
  stop.abort();
  await Promise.all(running.splice(0));
  await log.close();
});

async function started(overrides?: Parameters<TestLog['projector']>[0]): Promise<Projector> {
  const projector = log.projector(overrides);
  await projector.prepare();
  running.push(projector.run(stop.signal));
  return projector;
}

const everything = async (): Promise<unknown> =>
  Promise.all(
    ['accounts', 'devices', 'conversations', 'memberships', 'timeline', 'watermarks'].map((table) => log.rows(table)),
  );

/** Fails on the events that the predicate picks, while it does. */
const failing = (id: string, picks: (position: Position) => boolean): readonly Projection[] =>
  PROJECTIONS.map((projection) =>
    projection.id === id
      ? {
          ...projection,
          project: (batch, tx, schema) => {
            if (batch.some(({ position }) => picks(position))) throw new RangeError('this one not');
            return projection.project(batch, tx, schema);
          },
        }
      : projection,
  );

describe('the projector', () => {
  it('applies what is there and what comes, and says when it has passed a position', async () => {
    await chat(log);
    const projector = await started();
    const last = await log.send('ab', 'ada', 'one more');
    expect(await projector.waitFor(last, 5_000)).toBe(true);
    expect(await log.rows('timeline')).toHaveLength(9);
    expect(await projector.waitFor((last + 1n) as Position, 20)).toBe(false);
  });

  it('comes to the same with several at once, in whatever batches', async () => {
    const projectors = [await started(), await started(), await started()];
    await chat(log);
    await Promise.all(
      ['bob', 'ada', 'bob'].map((author) =>
        log.send('ab', author, ...Array.from({ length: 40 }, (_, n) => `text ${n}`)),
      ),
    );
    const last = await log.send('ae', 'ada', 'last');
    for (const projector of projectors) expect(await projector.waitFor(last, 5_000)).toBe(true);
    const together = await everything();
    await log.database.pool.query('UPDATE projections SET position = -1');
    for (const table of ['accounts', 'devices', 'conversations', 'memberships', 'timeline', 'watermarks'])
      await log.database.pool.query(`DELETE FROM ${table}`);
    stop.abort();
    await Promise.all(running.splice(0));
    await log.projector().catchUp();
    expect(await everything()).toEqual(together);
  });

  it('projects again what a crash of the read store took, also while nothing new comes', async () => {
    await chat(log);
    const projector = await started();
    await projector.waitFor(await log.eventStore.head(), 5_000);
    const before = await everything();
    // As after a crash that lost the last commits.
    await log.database.transaction(async (tx) => {
      await tx.query('UPDATE projections SET position = 9');
      await tx.query('DELETE FROM timeline WHERE position > 9');
      await tx.query('DELETE FROM watermarks WHERE position > 9');
      await tx.query('DELETE FROM memberships WHERE position > 9');
      await tx.query('DELETE FROM conversations WHERE started_position > 9');
    });
    await expect.poll(everything, { timeout: 5_000 }).toEqual(before);

    await log.database.transaction(async (tx) => {
      await tx.query('UPDATE projections SET position = 9');
      await tx.query('DELETE FROM timeline WHERE position > 9');
    });
    const last = await log.send('ab', 'ada', 'new');
    await expect.poll(async () => (await log.rows('timeline')).length, { timeout: 5_000 }).toBe(9);
    expect(projector.position()).toBe(last);
  });

  it('survives that its connections are cut', async () => {
    const projector = await started();
    await chat(log);
    await log.database.pool.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`,
    );
    const last = await log.send('ab', 'ada', 'after').catch(() => log.send('ab', 'ada', 'after'));
    expect(await projector.waitFor(last, 10_000)).toBe(true);
  });

  it('parks the event that it cannot apply, applies all before it, and goes on when it can', async () => {
    await chat(log);
    let bad: Position | undefined = 12n as Position;
    const projector = await started({ projections: failing('receipts', (position) => position === bad) });
    await expect.poll(() => projector.parked()).toEqual({ projection: 'receipts', position: 12n });
    expect(projector.position()).toBe(11n);
    const { rows } = await log.database.pool.query(
      'SELECT id, position, parked_position, parked_error FROM projections WHERE parked_position IS NOT NULL',
    );
    expect(rows).toEqual([{ id: 'receipts', position: 11n, parked_position: 12n, parked_error: 'RangeError' }]);
    bad = undefined;
    expect(await projector.waitFor(await log.eventStore.head(), 10_000)).toBe(true);
    expect(projector.parked()).toBeUndefined();
    expect((await log.database.pool.query('SELECT FROM projections WHERE parked_position IS NOT NULL')).rowCount).toBe(
      0,
    );
  });

  it('stops at a key that is merely missing, and takes one that was destroyed as erased', async () => {
    await chat(log);
    const id = `${uuid('ada')}|account`;
    const key = log.keys.get(id)!;
    log.keys.delete(id);
    const projector = await started();
    await expect.poll(() => projector.parked()).toEqual({ projection: 'all', position: 0n });
    const { rows } = await log.database.pool.query<{ parked_error: string }>('SELECT parked_error FROM projections');
    expect(rows.map((row) => row.parked_error)).toEqual(PROJECTIONS.map(() => 'MissingKeyError'));
    log.keys.set(id, key);
    expect(await projector.waitFor(await log.eventStore.head(), 10_000)).toBe(true);
    await projector.waitFor(await log.erase('ada'), 5_000);
    const blanked = await everything();
    expect(
      JSON.stringify(blanked, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value)),
    ).not.toMatch(/hello|\+49 ada/);
    stop.abort();
    await Promise.all(running.splice(0));
    await log.database.pool.query('UPDATE projections SET position = -1');
    for (const table of ['accounts', 'devices', 'timeline']) await log.database.pool.query(`DELETE FROM ${table}`);
    await log.projector().catchUp();
    expect(await everything()).toEqual(blanked);
  });

  it('lets a node that does not project wait for one that does', async () => {
    const reader = log.projector();
    await reader.prepare();
    const last = await log.register('ada');
    const waited = reader.waitFor(last, 5_000);
    await started();
    expect(await waited).toBe(true);
    expect(reader.position()).toBe(last);
  });

  it('refuses the read model of another log, and one that is ahead of its log', async () => {
    await log.register('ada');
    const projector = log.projector();
    await projector.prepare();
    await projector.catchUp();
    const other = { ...log.eventStore, logId: () => Promise.resolve('another') };
    await expect(log.projector({ eventStore: other }).prepare()).rejects.toThrow(StartError);
    const earlier = { ...log.eventStore, head: () => Promise.resolve(1n as Position) };
    await expect(log.projector({ eventStore: earlier }).prepare()).rejects.toThrow(/earlier state/);
  });
});
