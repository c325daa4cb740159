import type pg from 'pg';
import { SESSION_IDLE_MS } from '../domain/sessions/index.js';
import type { DueJob } from './kit/schedule.js';

/** Rows of a table that the system owns, no function of the log, which nobody needs any more `keepMs` after `since`. */
interface Leftover {
  readonly table: string;
  readonly key: string;
  /** A column with an index, partial by `where`. */
  readonly since: string;
  readonly where: string;
  readonly keepMs: number;
}

const DAY_MS = 86_400_000;
/** Long enough for a device that comes back to be told why its session ended; after that it is an unknown one. */
const ENDED_MS = 30 * DAY_MS;

const LEFTOVERS: readonly Leftover[] = [
  { table: 'otps', key: 'phone_hmac', since: 'expires_at', where: 'true', keepMs: 0 },
  { table: 'sessions', key: 'family', since: 'ended_at', where: 'ended_at IS NOT NULL', keepMs: ENDED_MS },
  {
    table: 'sessions',
    key: 'family',
    since: 'rotated_at',
    where: 'ended_at IS NULL',
    keepMs: SESSION_IDLE_MS + ENDED_MS,
  },
  { table: 'signing_keys', key: 'kid', since: 'retires_at', where: 'retires_at IS NOT NULL', keepMs: DAY_MS },
  { table: 'outbox', key: 'id', since: 'at', where: 'true', keepMs: DAY_MS },
];

/** Rows of each kind in one round. */
const ROUND = 500;
/** What falls due within it is done together. */
const SLOT_MS = 300_000;

/** Deletes what would grow for ever without use. Idempotent, and safe beside those who use the rows: it takes none that is locked. */
export function housekeepingJob({ pool }: { readonly pool: Pick<pg.Pool, 'query'> }): DueJob {
  return {
    name: 'housekeeping',
    async nextDue() {
      const { rows } = await pool.query<{ due: Date | null }>(NEXT);
      const due = rows[0]?.due?.getTime();
      return due === undefined ? undefined : Math.ceil(due / SLOT_MS) * SLOT_MS;
    },
    async runDue(now) {
      let done = 0;
      for (const { table, key, since, where, keepMs } of LEFTOVERS) {
        const { rowCount } = await pool.query(
          `WITH gone AS MATERIALIZED (
             SELECT ${key} FROM ${table} WHERE ${where} AND ${since} <= $1 ORDER BY ${since} LIMIT ${ROUND} FOR UPDATE SKIP LOCKED)
           DELETE FROM ${table} t USING gone WHERE t.${key} = gone.${key}`,
          [new Date(now - keepMs)],
        );
        done += rowCount ?? 0;
      }
      return done;
    },
  };
}

const NEXT = `SELECT least(${LEFTOVERS.map(
  ({ table, since, where, keepMs }) =>
    `(SELECT min(${since}) + interval '${keepMs} milliseconds' FROM ${table} WHERE ${where})`,
).join(', ')}) AS due`;
