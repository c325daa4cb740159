import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { masterKeyOf } from '../../../src/platform/keys/masterKey.js';
import { KeyDestroyedError, type KeyRef } from '../../../src/platform/keys/port.js';
import { openKeyStore, type PostgresKeyStore } from '../../../src/platform/keys/postgres.js';
import { silentLogger } from '../../../src/platform/observability/logger.js';
import { testDatabase, type TestDatabase } from '../../kit/postgres.js';

const masterKey = masterKeyOf(randomBytes(32));
const alice: KeyRef = { subject: 'alice', scope: 'account' };
const bob: KeyRef = { subject: 'bob', scope: 'account' };

let database: TestDatabase;
let stores: PostgresKeyStore[];

beforeEach(async () => {
  database = await testDatabase();
  stores = [];
});
afterEach(async () => {
  await Promise.all(stores.map((store) => store.close()));
  await database.close();
});

async function node(key = masterKey): Promise<PostgresKeyStore> {
  const store = await openKeyStore({
    pool: database.pool,
    connectionString: database.url,
    masterKey: key,
    logger: silentLogger,
  });
  stores.push(store);
  return store;
}

test('all nodes get the same key, whoever makes it', async () => {
  const nodes = await Promise.all([node(), node(), node()]);
  const keys = await Promise.all(nodes.map(async (store) => store.ensure(alice)));
  const [first] = keys;
  expect(keys.every((key) => first !== undefined && key.equals(first))).toBe(true);
  expect(nodes[0].ensure(alice)).toBe(keys[0]); // synchronous when cached
  const other = await nodes[0].ensure(bob);
  expect(first !== undefined && other.equals(first)).toBe(false);
});

test('the table holds only wrapped keys', async () => {
  const key = await (await node()).ensure(alice);
  const { rows } = await database.pool.query<{ wrapped: Buffer }>('SELECT wrapped FROM subject_keys');
  expect(rows[0]?.wrapped.includes(key.export())).toBe(false);
});

test('a missing key is not found, and many come in one query', async () => {
  const [maker, reader] = [await node(), await node()];
  expect(await maker.find(alice)).toBeUndefined();
  await Promise.all([maker.ensure(alice), maker.ensure(bob)]);
  const query = vi.spyOn(database.pool, 'query');
  await reader.prefetch([alice, bob, { subject: 'nobody', scope: 'account' }, alice]);
  expect(
    query.mock.calls.filter(([first]) => (first as unknown as { name?: string }).name === 'keys_load'),
  ).toHaveLength(1);
  expect(reader.find(alice)).toBe(await reader.find(alice));
  expect(reader.find(bob)).not.toBeInstanceOf(Promise);
});

test('a key that another one looks for in vain is made all the same', async () => {
  const store = await node();
  const query = database.pool.query.bind(database.pool) as (...args: unknown[]) => Promise<unknown>;
  const nameOf = (first: unknown): unknown => (first as { readonly name?: string }).name;
  let release = (): void => undefined;
  let hold: (() => void) | undefined;
  let looking: unknown;
  vi.spyOn(database.pool, 'query').mockImplementation(async (...args: unknown[]) => {
    if (nameOf(args[0]) === 'keys_make') {
      // It has looked by the time that the key is stored, and hears of it only after its maker has looked again.
      await new Promise<void>((resolve) => {
        hold = resolve;
        looking = store.find(alice);
      });
      const stored = await query(...args);
      setImmediate(release);
      return stored;
    }
    const result = await query(...args);
    if (nameOf(args[0]) !== 'keys_load' || hold === undefined) return result;
    const reached = hold;
    hold = undefined;
    const released = new Promise<void>((resolve) => (release = resolve));
    reached();
    await released;
    return result;
  });
  const made = await store.ensure(alice);
  expect(await looking).toSatisfy((key: typeof made | undefined) => key === undefined || key.equals(made));
  vi.restoreAllMocks();
  expect((await (await node()).ensure(alice)).equals(made)).toBe(true);
});

test('a destroyed key is gone for ever, on every node', async () => {
  const [here, there] = [await node(), await node()];
  await here.ensure(alice);
  await there.ensure(alice);
  await here.destroy(alice);
  await here.destroy(alice);
  expect(here.find(alice)).toBeUndefined();
  expect(() => here.ensure(alice)).toThrow(KeyDestroyedError);
  await vi.waitFor(() => expect(there.find(alice)).toBeUndefined(), { timeout: 5_000, interval: 10 });
  const fresh = await node();
  await expect(fresh.ensure(alice)).rejects.toThrow(KeyDestroyedError);
  expect((await database.pool.query('SELECT FROM subject_keys')).rowCount).toBe(0);
});

test('a node whose notifications are lost still hears of a destruction within 5 s', async () => {
  const [here, there] = [await node(), await node()];
  await here.ensure(alice);
  await there.ensure(alice);
  const silenced = new pg.Client(database.url);
  await silenced.connect();
  // As if the listening sessions could not be had at all.
  await silenced.query(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'parlance keys' AND datname = current_database()",
  );
  await silenced.query("INSERT INTO destroyed_keys (subject, scope) VALUES ('alice', 'account')");
  await silenced.query('DELETE FROM subject_keys');
  await silenced.end();
  await vi.waitFor(async () => expect(await there.find(alice)).toBeUndefined(), { timeout: 5_000, interval: 20 });
});

test('making and destroying at once leaves no key behind', async () => {
  for (let round = 0; round < 20; round++) {
    const ref = { subject: `subject${String(round)}`, scope: 'account' };
    const [maker, destroyer] = [stores[0] ?? (await node()), stores[1] ?? (await node())];
    await Promise.allSettled([maker.ensure(ref), destroyer.destroy(ref)]);
  }
  expect((await database.pool.query('SELECT FROM subject_keys')).rowCount).toBe(0);
});

test('another master key is refused in one sentence', async () => {
  await (await node()).ensure(alice);
  await expect(node(masterKeyOf(randomBytes(32), '/data/master.key'))).rejects.toThrow(
    'The master key (/data/master.key) is not the one this database was made with; restore that one.',
  );
});

test('lookups differ by purpose and by installation, and stay the same over restarts', async () => {
  const bytes = randomBytes(32);
  const store = await node(masterKeyOf(bytes));
  expect(store.hmac('phone', '+4930123456')).toBe(masterKeyOf(bytes).hmac('phone', '+4930123456').toString('hex'));
  expect(store.hmac('phone', 'x')).not.toBe(store.hmac('otp', 'x'));
  expect(store.hmac('phone', 'x')).not.toBe(masterKey.hmac('phone', 'x').toString('hex'));
  expect(store.hmac('phone', 'x')).toMatch(/^[0-9a-f]{64}$/);
});
