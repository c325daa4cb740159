import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { verify, type Verified } from '../../src/main/projections/verify.js';
import { PROJECTIONS } from '../../src/projections/index.js';
import type { Projection } from '../../src/projections/kit/projection.js';
import { chat, group, kinds, testLog, type TestLog } from './fixture.js';

let log: TestLog;
beforeEach(async () => {
  log = await testLog();
  await chat(log);
});
afterEach(() => log.close());

async function verified(projections: readonly Projection[] = PROJECTIONS): Promise<readonly Verified[]> {
  return verify({ readStore: log.database, eventStore: log.eventStore, open: log.open, projections });
}

async function project(): Promise<void> {
  const projector = log.projector();
  await projector.prepare();
  await projector.catchUp();
}

const sums = (results: readonly Verified[]) =>
  results.map(({ projection, rebuilt, twice, fold }) => [projection, rebuilt, twice, fold]);

describe('verify', () => {
  it('finds no difference, before and after an erasure, and leaves nothing behind', async () => {
    await project();
    const none = PROJECTIONS.map(({ id }) => [id, 0, 0, 0]);
    const before = await verified();
    expect(before.flatMap(({ examples }) => examples)).toEqual([]);
    expect(sums(before)).toEqual(none);
    expect(Object.fromEntries(before.map(({ projection, rows }) => [projection, rows]))).toMatchObject({
      accounts: 9,
      conversations: 6,
      timeline: 8,
      receipts: 5,
    });
    await log.erase('ada');
    await project();
    expect(sums(await verified())).toEqual(none);
    const left = await log.database.pool.query(`SELECT FROM pg_namespace WHERE nspname LIKE 'verify%'`);
    expect(left.rowCount).toBe(0);
  });

  it('finds no difference in all kinds of messages and what becomes of them', async () => {
    await kinds(log);
    await project();
    expect((await verified()).flatMap(({ examples }) => examples)).toEqual([]);
    await log.erase('kim');
    await project();
    expect((await verified()).flatMap(({ examples }) => examples)).toEqual([]);
  });

  it('finds no difference in all that happens in a group', async () => {
    await group(log);
    await project();
    const results = await verified();
    expect(results.flatMap(({ examples }) => examples)).toEqual([]);
    await log.erase('hal');
    await project();
    expect((await verified()).flatMap(({ examples }) => examples)).toEqual([]);
  });

  it('finds a changed, a lost and an invented row', async () => {
    await project();
    const { pool } = log.database;
    await pool.query(`UPDATE timeline SET text = 'hullo' WHERE text = 'hello'`);
    await pool.query(`DELETE FROM watermarks WHERE read = 1 OR read = 2`);
    await pool.query(
      `INSERT INTO memberships SELECT conversation_id, gen_random_uuid(), 'member', 0, 0, NULL, NULL, position FROM memberships LIMIT 1`,
    );
    const results = await verified();
    const receipts = results.find(({ projection }) => projection === 'receipts');
    expect(receipts?.fold).toBeGreaterThan(0);
    expect(receipts?.fold).toBe(receipts?.rebuilt);
    const differing = sums(results).filter(([, ...counts]) => counts.some((count) => count !== 0));
    expect(differing).toMatchObject([
      ['conversations', 1, 1, 1],
      ['timeline', 2, 2, 1],
      ['receipts', receipts?.rebuilt, receipts?.twice, receipts?.fold],
    ]);
    expect(results.flatMap(({ examples }) => examples).join('\n')).toMatch(/folded: timeline .*: text/);
  });

  it('finds a projection that counts a repeated batch twice, and one that is wrong each time', async () => {
    const counting: Projection = {
      ...PROJECTIONS.find(({ id }) => id === 'conversations')!,
      async project(batch, tx, schema) {
        await PROJECTIONS.find(({ id }) => id === 'conversations')!.project(batch, tx, schema);
        await tx.query(`UPDATE ${schema}.conversations SET head_seq = head_seq + 1`);
      },
    };
    const projections = PROJECTIONS.map((one) => (one.id === 'conversations' ? counting : one));
    const projector = log.projector({ projections });
    await projector.prepare();
    await projector.catchUp();
    const conversations = (await verified(projections)).find(({ projection }) => projection === 'conversations');
    expect(conversations).toMatchObject({ rebuilt: 0, twice: 4, fold: 2 });
  });
});
