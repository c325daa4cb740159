import type pg from 'pg';

/**
 * The read store: a Postgres database, embedded or somebody's own. Projections, owned tables and the embedded event
 * store share it.
 *
 * `transaction` commits once or rolls back. Durable means that a crash of the machine loses nothing acknowledged.
 * Not promised: that a connection outlives a restart of the engine (a failed statement is the caller's to repeat), nor
 * that `durable: false` survives the last second before a crash of the engine; it is never half applied.
 */
export interface ReadStore {
  readonly pool: pg.Pool;
  /** Carries a password when DATABASE_URL does: never log it. */
  readonly connectionString: string;
  /** `embedded`: our own child, in DATA_DIR; `external`: DATABASE_URL. */
  readonly kind: 'embedded' | 'external';
  transaction<T>(fn: (client: pg.PoolClient) => Promise<T>, options?: TransactionOptions): Promise<T>;
  /** Ends the pool, and stops an embedded engine that nobody else uses. Idempotent. */
  close(): Promise<void>;
}

export interface TransactionOptions {
  readonly isolation?: 'repeatable read';
  /** False: the commit does not wait for the disk. For what can be computed again from the log. Default true. */
  readonly durable?: boolean;
}
