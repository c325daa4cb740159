import type pg from 'pg';

/**
 * The read store: a Postgres database, embedded or somebody's own. Projections, owned tables and the embedded event
 * store share it.
 *
 * `transaction` commits once or rolls back. Durable means that a crash of the machine loses nothing acknowledged.
 * Bounds: a statement, and the wait for a connection, end within the time that their use has (bounds.ts), whether the engine
 * is slow, refuses, or the network swallows everything; what they fail with then, `isPassing` knows.
 *
 * Not promised: that a connection outlives a restart of the engine (a failed statement is the caller's to repeat), nor
 * that `durable: false` survives the last second before a crash of the engine; it is never half applied.
 */
export interface ReadStore {
  /** For what somebody waits for. */
  readonly pool: pg.Pool;
  /** For migrations, builds and comparisons, which may take an hour a statement. */
  readonly upkeep: pg.Pool;
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
  /** What bounds its statements. Default `answer`. */
  readonly use?: Use;
}

/** `answer`: somebody waits for it; `projecting`: a batch of events; `upkeep`: builds and migrations. */
export type Use = 'answer' | 'projecting' | 'upkeep';

/** The engine gave no answer in time; whether the statement was done is not known, and its session is of no use any more. */
export function isSilence(error: unknown): boolean {
  return error instanceof Error && error.message === 'Query read timeout';
}

/**
 * Whether an error of the engine is of the moment: the same statement may succeed later. Connection (08), resources (53),
 * intervention and time-outs (57, 25P03), serialisation and deadlock (40), locks (55), its disk (58); sockets; no answer.
 */
export function isPassing(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  if (/^(08|40|53|55|57|58)...$|^25P03$|^E[A-Z]+$/.test(code)) return true;
  return code === '' && (isSilence(error) || OF_THE_DRIVER.test(error.message));
}

const OF_THE_DRIVER = /Connection terminated|connection timeout|timeout (exceeded|expired)|not queryable/i;
