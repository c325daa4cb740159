import type pg from 'pg';
import type { LoadedBook, RelationsSnapshot } from '../../domain/contacts/index.js';
import { settingValue } from '../accounts/privacy.js';

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

/** What the account has said about others, with how far both of its streams were projected for that. */
export async function accountRelations(db: Db, accountId: string): Promise<RelationsSnapshot> {
  const { rows } = await db.query<{
    revision: number | null;
    blocks: readonly string[] | null;
    contacts: readonly string[] | null;
    settings: readonly { readonly setting: string; readonly value: string; readonly revision: number }[] | null;
  }>({
    name: 'account_relations',
    text: `SELECT (SELECT b.revision FROM contact_books b WHERE b.owner_id = $1) AS revision,
        (SELECT array_agg(k.account_id) FROM blocks k WHERE k.owner_id = $1 AND k.blocked) AS blocks,
        (SELECT array_agg(a.id) FROM contacts c JOIN accounts a ON a.phone_hmac = c.phone_hmac AND a.phone IS NOT NULL
           WHERE c.owner_id = $1 AND NOT c.removed) AS contacts,
        (SELECT json_agg(p) FROM privacy_settings p WHERE p.account_id = $1) AS settings`,
    values: [accountId],
  });
  const { revision, blocks, contacts, settings } = rows[0]!;
  return {
    blocks: blocks ?? [],
    contacts: contacts ?? [],
    privacy: Object.fromEntries((settings ?? []).map(({ setting, value }) => [setting, settingValue(value)])),
    contactsRevision: revision ?? -1,
    privacyRevision: Math.max(-1, ...(settings ?? []).map((setting) => setting.revision)),
  };
}

/** Who registered with these numbers, by the number's HMAC; whoever does not want to be found too: for decisions only. */
export async function accountsByNumber(db: Db, phoneHmacs: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const { rows } = await db.query<{ id: string; phone_hmac: string }>({
    name: 'accounts_by_number',
    text: 'SELECT id, phone_hmac FROM accounts WHERE phone_hmac = ANY ($1) AND phone IS NOT NULL ORDER BY registered',
    values: [phoneHmacs],
  });
  return new Map(rows.map((row) => [row.phone_hmac, row.id]));
}
