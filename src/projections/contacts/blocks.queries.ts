import type pg from 'pg';

export interface BlockView {
  readonly accountId: string;
  readonly position: bigint;
}

/** Whom the account blocks, the last one first, before a position. */
export async function blockedPage(
  db: Pick<pg.Pool, 'query'>,
  owner: string,
  { limit, before }: { readonly limit: number; readonly before: bigint | undefined },
): Promise<readonly BlockView[]> {
  const { rows } = await db.query<{ account_id: string; position: bigint }>({
    name: 'blocked_page',
    text: `SELECT account_id, position FROM blocks WHERE owner_id = $1 AND blocked AND ($3::bigint IS NULL OR position < $3)
           ORDER BY position DESC LIMIT $2`,
    values: [owner, limit, before ?? null],
  });
  return rows.map((row) => ({ accountId: row.account_id, position: row.position }));
}
