import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { inject } from 'vitest';
import { openPools } from '../../src/platform/readStore/pools.js';
import type { ReadStore } from '../../src/platform/readStore/port.js';
import { withDatabase } from './postgresServer.js';

export interface TestDatabase extends ReadStore {
  /** The same as `connectionString`. */
  readonly url: string;
}

/** A fresh migrated database of its own on the run's one server. `close` drops it. */
export async function testDatabase(): Promise<TestDatabase> {
  const server = inject('postgresUrl');
  const name = `test_${randomBytes(6).toString('hex')}`;
  await admin(server, `CREATE DATABASE ${name} TEMPLATE parlance_template STRATEGY file_copy`);
  const url = withDatabase(server, name);
  const { end, ...pools } = openPools(url);
  let closing: Promise<void> | undefined;
  return {
    kind: 'external',
    ...pools,
    url,
    connectionString: url,
    close: () => (closing ??= end().then(() => admin(server, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`))),
  };
}

async function admin(server: string, statement: string): Promise<void> {
  const client = new pg.Client(server);
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
