import type pg from 'pg';
import type { Logger } from '../observability/logger.js';
import { BOUNDS, type BoundsByUse } from './bounds.js';
import { createPool, inTransaction } from './pool.js';
import type { ReadStore, Use } from './port.js';

export interface PoolsOptions {
  readonly bounds?: BoundsByUse;
  readonly logger?: Logger;
}

/** A pool for each use, without a connection until there is one. `end` ends them. */
export function openPools(
  connectionString: string,
  { bounds = BOUNDS, logger }: PoolsOptions = {},
): Pick<ReadStore, 'pool' | 'upkeep' | 'transaction'> & { end(): Promise<void> } {
  const poolOf = (use: Use): pg.Pool =>
    createPool(connectionString, { bounds: bounds[use], ...(logger !== undefined && { logger }) });
  const pools = { answer: poolOf('answer'), projecting: poolOf('projecting'), upkeep: poolOf('upkeep') };
  return {
    pool: pools.answer,
    upkeep: pools.upkeep,
    transaction: (fn, options = {}) => inTransaction(pools[options.use ?? 'answer'], fn, options),
    end: async () => {
      await Promise.all(Object.values(pools).map((pool) => pool.end()));
    },
  };
}
