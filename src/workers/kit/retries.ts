import type pg from 'pg';
import type { Position, StoredEvent } from '../../platform/eventStore/port.js';

type Db = Pick<pg.Pool, 'query'>;

/** Where an event that is to be tried again is. */
export interface Retry {
  readonly worker: string;
  readonly position: Position;
  readonly stream: string;
  readonly revision: number;
  readonly attempts: number;
}

/** How far each worker is; a new one begins at `head`. */
export async function checkpoints(
  db: Db,
  workers: readonly string[],
  head: Position,
): Promise<ReadonlyMap<string, Position>> {
  await db.query(
    'INSERT INTO worker_checkpoints (worker, position) SELECT worker, $2 FROM unnest($1::text[]) AS w (worker) ON CONFLICT DO NOTHING',
    [workers, head],
  );
  const { rows } = await db.query<{ worker: string; position: bigint }>(
    'SELECT worker, position FROM worker_checkpoints WHERE worker = ANY ($1)',
    [workers],
  );
  return new Map(rows.map(({ worker, position }) => [worker, position as Position]));
}

export async function moveCheckpoints(db: Db, workers: readonly string[], position: Position): Promise<void> {
  await db.query({
    name: 'worker_checkpoints_move',
    text: 'UPDATE worker_checkpoints SET position = $2 WHERE worker = ANY ($1) AND position < $2',
    values: [workers, position],
  });
}

/** How many wait in each stream, by worker and stream. */
export async function waitingStreams(
  db: Db,
  workers: readonly string[],
): Promise<readonly { readonly worker: string; readonly stream: string; readonly count: number }[]> {
  const { rows } = await db.query<{ worker: string; stream: string; count: number }>(
    'SELECT worker, stream, count(*)::int AS count FROM worker_retries WHERE worker = ANY ($1) AND NOT parked GROUP BY worker, stream',
    [workers],
  );
  return rows;
}

export async function addRetry(
  db: Db,
  worker: string,
  event: StoredEvent,
  retry: { readonly attempts: number; readonly delayMs: number; readonly error: string | null },
): Promise<boolean> {
  const { position, stream, revision, type } = event;
  const { rowCount } = await db.query(
    `INSERT INTO worker_retries (worker, position, stream, revision, type, attempts, next_at, error)
     VALUES ($1, $2, $3, $4, $5, $6, now() + $7 * interval '1 millisecond', $8) ON CONFLICT DO NOTHING`,
    [worker, position, stream, revision, type, retry.attempts, retry.delayMs, retry.error],
  );
  return rowCount === 1;
}

/** The first of each stream, where its time has come. */
export async function dueRetries(db: Db, workers: readonly string[]): Promise<readonly Retry[]> {
  const { rows } = await db.query<Retry & { due: boolean }>(
    `SELECT DISTINCT ON (worker, stream) worker, position, stream, revision, attempts, next_at <= now() AS due
     FROM worker_retries WHERE worker = ANY ($1) AND NOT parked ORDER BY worker, stream, position`,
    [workers],
  );
  return rows.filter(({ due }) => due);
}

export async function endRetry(db: Db, { worker, position }: Retry): Promise<void> {
  await db.query('DELETE FROM worker_retries WHERE worker = $1 AND position = $2', [worker, position]);
}

export async function postponeRetry(
  db: Db,
  { worker, position }: Retry,
  to: { readonly attempts: number; readonly delayMs: number; readonly error: string; readonly parked: boolean },
): Promise<void> {
  await db.query(
    `UPDATE worker_retries SET attempts = $3, next_at = now() + $4 * interval '1 millisecond', error = $5, parked = $6
     WHERE worker = $1 AND position = $2`,
    [worker, position, to.attempts, to.delayMs, to.error, to.parked],
  );
}

/** Events that workers gave up. */
export async function parkedEvents(db: Db): Promise<number> {
  const { rows } = await db.query<{ count: number }>('SELECT count(*)::int AS count FROM worker_retries WHERE parked');
  return rows[0]?.count ?? 0;
}
