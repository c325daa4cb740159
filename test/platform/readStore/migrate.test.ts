import { afterAll, beforeAll, expect, test } from 'vitest';
import { migrate, migrationsOf } from '../../../src/platform/readStore/migrate.js';
import { testDatabase, type TestDatabase } from '../../kit/postgres.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.close());

test('a migrated database has nothing left to migrate', async () => {
  expect(await migrate(database.pool)).toEqual([]);
});

test('many processes at once apply each migration once', async () => {
  const migrations = [...migrationsOf(), { name: '9000_probe', sql: 'CREATE TABLE migration_probe (id int8)' }];
  const applied = await Promise.all([1, 2, 3].map(() => migrate(database.pool, migrations)));
  expect(applied.flat()).toEqual(['9000_probe']);
  await expect(migrate(database.pool)).rejects.toThrow(/newer release \(it has 9000_probe\)/);
  await expect(migrate(database.pool, [...migrationsOf(), { name: '9000_probe', sql: 'SELECT 2' }])).rejects.toThrow(
    /another 9000_probe\.sql/,
  );
});

test('a migration that fails leaves nothing behind', async () => {
  const failing = { name: '9001_fails', sql: 'CREATE TABLE half_made (id int8); SELECT 1/0' };
  const known = [...migrationsOf(), { name: '9000_probe', sql: 'CREATE TABLE migration_probe (id int8)' }];
  await expect(migrate(database.pool, [...known, failing])).rejects.toThrow(/division by zero/);
  expect((await database.pool.query("SELECT to_regclass('half_made') AS found")).rows).toEqual([{ found: null }]);
});

test('int8 is bigint, alone and in arrays, and a transaction rolls back', async () => {
  const { rows } = await database.pool.query(
    'SELECT 9007199254740993::int8 AS one, ARRAY[1, 9007199254740993]::int8[] AS many, 7::int4 AS small',
  );
  expect(rows).toEqual([{ one: 9007199254740993n, many: [1n, 9007199254740993n], small: 7 }]);
  await expect(
    database.transaction(async (client) => {
      await client.query('INSERT INTO migration_probe VALUES (1)');
      throw new Error('not this time');
    }),
  ).rejects.toThrow('not this time');
  const settings = await database.transaction(
    async (client) =>
      (
        await client.query(
          "SELECT current_setting('synchronous_commit') AS commit, current_setting('transaction_isolation') AS isolation, (SELECT count(*) FROM migration_probe) AS rows",
        )
      ).rows[0] as unknown,
    { durable: false, isolation: 'repeatable read' },
  );
  expect(settings).toEqual({ commit: 'off', isolation: 'repeatable read', rows: 0n });
});
