import pg from 'pg';
import { withoutUrlSecrets, type Logger } from '../observability/logger.js';
import { BOUNDS, type Bounds } from './bounds.js';
import { isSilence, type TransactionOptions } from './port.js';

const int8 = 20;
const int8Array = 1016;
/** The types know only the oids of pg's own list. */
const parserOf = pg.types.getTypeParser as unknown as (
  oid: number,
  format?: 'text' | 'binary',
) => (text: string) => unknown;
const parseArray = parserOf(1009) as (text: string) => string[];

/** int8 is bigint: a position does not fit a double. Everything else as pg has it. */
const types: pg.CustomTypesConfig = {
  getTypeParser: ((oid: number, format?: 'text' | 'binary') => {
    if (oid === int8 && format !== 'binary') return BigInt;
    if (oid === int8Array && format !== 'binary') return (text: string) => parseArray(text).map(BigInt);
    return parserOf(oid, format);
  }) as typeof pg.types.getTypeParser,
};

export interface PoolOptions {
  /** `answer` when absent. */
  readonly bounds?: Bounds;
  readonly max?: number;
  readonly applicationName?: string;
  readonly logger?: Logger;
}

/**
 * What pool and single clients have in common. Connecting times out; a statement does after an hour, unless a pool or its
 * user says sooner; the kernel notices when an idle connection is dead.
 */
export function clientConfig(connectionString: string, applicationName = 'parlance'): pg.ClientConfig {
  return {
    connectionString,
    types,
    application_name: applicationName,
    connectionTimeoutMillis: BOUNDS.answer.connectMs,
    query_timeout: BOUNDS.upkeep.silenceMs,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
  };
}

/**
 * A pool whose int8 are bigint, and whose statements end within their bounds whatever the engine and the network do. An idle
 * connection that breaks is dropped and logged, never thrown.
 */
export function createPool(connectionString: string, options: PoolOptions = {}): pg.Pool {
  const { bounds = BOUNDS.answer } = options;
  const pool = new pg.Pool({
    ...clientConfig(connectionString, options.applicationName),
    max: options.max ?? bounds.max,
    connectionTimeoutMillis: bounds.connectMs,
    query_timeout: bounds.silenceMs,
    idleTimeoutMillis: 30_000,
    // The pool waits for the promise, of which its types do not know.
    onConnect: ((client) => client.query(settings(bounds))) as pg.PoolConfig['onConnect'],
  });
  pool.on('error', (error) =>
    options.logger?.warn({ reason: withoutUrlSecrets(error.message) }, 'a connection to Postgres broke'),
  );
  return pool;
}

/** The server's side: a node that it cannot reach any more must not hold locks for others. Not in the start-up message, which poolers refuse. */
function settings({ statementMs, idleInTransactionMs }: Bounds): string {
  return Object.entries({
    statement_timeout: statementMs,
    idle_in_transaction_session_timeout: idleInTransactionMs,
    tcp_keepalives_idle: 30,
    tcp_keepalives_interval: 10,
    tcp_keepalives_count: 3,
  })
    .map(([name, value]) => `SET ${name} = ${String(value)}`)
    .join('; ');
}

/** Runs `fn` in one transaction on one connection of the pool; a connection that cannot roll back is thrown away. */
export async function inTransaction<T>(
  pool: pg.Pool,
  fn: (client: pg.PoolClient) => Promise<T>,
  options: TransactionOptions = {},
): Promise<T> {
  const client = await pool.connect();
  let broken: Error | undefined;
  const onError = (error: Error): void => {
    broken = error;
  };
  client.on('error', onError);
  try {
    await client.query(begin(options));
    const result = await fn(client);
    await client.query('COMMIT');
    return result;
  } catch (error) {
    // Nothing would come back: the server rolls back when it misses us.
    if (isSilence(error)) broken = error as Error;
    else
      await client.query('ROLLBACK').catch((rollbackError: unknown) => {
        broken = rollbackError instanceof Error ? rollbackError : new Error(String(rollbackError));
      });
    throw error;
  } finally {
    client.off('error', onError);
    client.release(broken);
  }
}

function begin(options: TransactionOptions): string {
  const start = options.isolation === 'repeatable read' ? 'BEGIN ISOLATION LEVEL REPEATABLE READ' : 'BEGIN';
  return options.durable === false ? `${start}; SET LOCAL synchronous_commit = off` : start;
}
