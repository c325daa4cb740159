import type pg from 'pg';

/** By account, in milliseconds since the epoch; who never went offline is not in it. */
export async function lastSeenOfAccounts(
  db: Pick<pg.Pool, 'query'>,
  ids: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  if (ids.length === 0) return new Map();
  const { rows } = await db.query<{ account_id: string; at: Date }>({
    name: 'last_seen_of_accounts',
    text: 'SELECT account_id, at FROM last_seen WHERE account_id = ANY ($1::uuid[])',
    values: [ids],
  });
  return new Map(rows.map(({ account_id, at }) => [account_id, at.getTime()]));
}
