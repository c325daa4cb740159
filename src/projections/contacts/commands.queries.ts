import type pg from 'pg';
import type { LoadedBook } from '../../domain/contacts/index.js';

type Db = Pick<pg.Pool, 'query'>;

/** The account's book as the read model has it: what a command folds the stream's tail onto. */
export async function contactBook(db: Db, owner: string, parts: 'all' | 'blocks'): Promise<LoadedBook | undefined> {
  const { rows } = await db.query<{
    revision: number;
    contacts: readonly (readonly [string, string])[] | null;
    blocks: readonly string[] | null;
  }>({
    name: `contact_book_${parts}`,
    text: `SELECT b.revision,
        ${parts === 'all' ? `(SELECT json_agg(json_build_array(c.phone_hmac, c.fingerprint)) FROM contacts c WHERE c.owner_id = $1 AND NOT c.removed)` : 'NULL::json'} AS contacts,
        (SELECT array_agg(k.account_id) FROM blocks k WHERE k.owner_id = $1 AND k.blocked) AS blocks
      FROM contact_books b WHERE b.owner_id = $1`,
    values: [owner],
  });
  const row = rows[0];
  if (row === undefined) return undefined;
  return {
    book: { contacts: new Map(row.contacts ?? []), blocks: new Set(row.blocks ?? []) },
    revision: row.revision,
  };
}
