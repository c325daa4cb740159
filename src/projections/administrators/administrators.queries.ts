import type pg from 'pg';

type Db = Pick<pg.Pool, 'query'>;

export async function isAdministrator(db: Db, accountId: string): Promise<boolean> {
  const { rows } = await db.query({
    name: 'is_administrator',
    text: 'SELECT FROM administrators WHERE account_id = $1 AND administrator',
    values: [accountId],
  });
  return rows.length > 0;
}

export interface AdministratorView {
  readonly accountId: string;
  readonly phone: string | null;
  /** Milliseconds since the epoch. */
  readonly since: number;
}

/** In the order in which they became it. */
export async function allAdministrators(db: Db): Promise<readonly AdministratorView[]> {
  const { rows } = await db.query<{ account_id: string; phone: string | null; since: Date }>(
    `SELECT d.account_id, a.phone, d.since FROM administrators d LEFT JOIN accounts a ON a.id = d.account_id
     WHERE d.administrator ORDER BY d.position`,
  );
  return rows.map((row) => ({ accountId: row.account_id, phone: row.phone, since: row.since.getTime() }));
}
