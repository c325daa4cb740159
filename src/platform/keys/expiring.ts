import type pg from 'pg';
import type { KeyRef } from './port.js';

type Db = Pick<pg.Pool, 'query'>;

const BUCKET = `split_part(scope, ':', 3)::int8`;
const EXPIRING = `scope LIKE 'conversation:%:%'`;

/** The least number at the end of scopes `conversation:<id>:<number>` of keys that are there. */
export async function nextExpiringKey(db: Db): Promise<number | undefined> {
  const { rows } = await db.query<{ bucket: bigint | null }>({
    name: 'next_expiring_key',
    text: `SELECT min(${BUCKET}) AS bucket FROM subject_keys WHERE ${EXPIRING}`,
  });
  const bucket = rows[0]?.bucket ?? null;
  return bucket === null ? undefined : Number(bucket);
}

/** Some keys whose number is below `before`. */
export async function expiringKeys(db: Db, before: number, limit: number): Promise<readonly KeyRef[]> {
  const { rows } = await db.query<KeyRef>({
    name: 'expiring_keys',
    text: `SELECT subject, scope FROM subject_keys WHERE ${EXPIRING} AND ${BUCKET} < $1 ORDER BY ${BUCKET} LIMIT $2`,
    values: [before, limit],
  });
  return rows;
}
