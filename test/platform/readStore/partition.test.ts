import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { heartbeat } from '../../../src/platform/readStore/heartbeat.js';
import { openPools } from '../../../src/platform/readStore/pools.js';
import { isPassing } from '../../../src/platform/readStore/port.js';
import { testDatabase, type TestDatabase } from '../../kit/postgres.js';
import { silentProxy, type SilentProxy } from '../../kit/silentProxy.js';

const short = { max: 4, connectMs: 300, statementMs: 200, silenceMs: 300, idleInTransactionMs: 200 };
const bounds = { answer: short, projecting: short, upkeep: { ...short, statementMs: 60_000, silenceMs: 61_000 } };

let database: TestDatabase;
let proxy: SilentProxy;
let pools: ReturnType<typeof openPools>;
beforeAll(async () => {
  database = await testDatabase();
  await database.pool.query(
    'CREATE TABLE things (id int PRIMARY KEY, n int NOT NULL); INSERT INTO things VALUES (1, 0)',
  );
});
beforeEach(async () => {
  proxy = await silentProxy(database.connectionString);
  pools = openPools(proxy.connectionString, { bounds });
});
afterEach(async () => {
  await proxy.close();
  await pools.end();
});
afterAll(() => database.close());

const reasonOf = (done: Promise<unknown>): Promise<unknown> =>
  done.then(
    () => undefined,
    (error: unknown) => error,
  );

describe('a node that is cut off from Postgres', () => {
  it('gives up what it asked, on connections old and new, and goes on when the network does', async () => {
    await Promise.all([1, 2, 3].map(() => pools.pool.query('SELECT 1')));
    proxy.partition();
    const asked = Array.from({ length: 12 }, () => reasonOf(pools.pool.query('SELECT 1')));
    for (const reason of await Promise.all(asked)) expect(isPassing(reason), String(reason)).toBe(true);
    proxy.heal();
    expect((await pools.pool.query('SELECT n FROM things')).rows).toEqual([{ n: 0 }]);
  });

  it('gives up a transaction, whose locks do not outlive it for others', async () => {
    const change = (): Promise<unknown> =>
      pools.transaction(
        async (tx) => {
          await tx.query('UPDATE things SET n = n + 1 WHERE id = 1');
          proxy.partition();
          await tx.query('SELECT 1');
        },
        { use: 'projecting' },
      );
    expect(isPassing(await reasonOf(change()))).toBe(true);
    // Waits for the lock until the server has missed the other.
    await database.pool.query('UPDATE things SET n = n + 10 WHERE id = 1');
    expect((await database.pool.query('SELECT n FROM things')).rows).toEqual([{ n: 10 }]);
  });

  it('notices that a session which only waits is of no use', async () => {
    const session = new pg.Client(proxy.connectionString);
    session.on('error', () => undefined);
    await session.connect();
    const ended = new Promise((resolve) => session.once('end', resolve));
    heartbeat(session, 50);
    proxy.forget();
    await ended;
  });
});

describe('a statement', () => {
  it('that takes too long is ended by the server, and its session serves the next', async () => {
    expect(await reasonOf(pools.pool.query('SELECT pg_sleep(60)'))).toMatchObject({ code: '57014' });
    expect((await pools.pool.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
  });

  it('of upkeep may take long', async () => {
    expect((await pools.upkeep.query('SELECT 1 AS one FROM pg_sleep(0.4)')).rows).toEqual([{ one: 1 }]);
  });
});
