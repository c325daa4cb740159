import type pg from 'pg';
import type { ReadStore } from '../../platform/readStore/port.js';

/** Prepared statements keep their plans: one made for a table that was still empty must not read all of it later. */
const PLANS = 'SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off';

/** A transaction that projects. Its commit does not wait for the disk: what a crash takes is projected again. */
export function projecting<T>(
  readStore: ReadStore,
  use: 'projecting' | 'upkeep',
  fn: (tx: pg.PoolClient) => Promise<T>,
): Promise<T> {
  return readStore.transaction(
    async (tx) => {
      await tx.query(PLANS);
      return fn(tx);
    },
    { durable: false, use },
  );
}
