import type pg from 'pg';
import { DISCOVERABLE } from '../accounts/accounts.queries.js';

type Db = Pick<pg.Pool, 'query'>;

/** A number in an account's book. `accountId`: who registered with it and lets itself be found by it. */
export interface ContactView {
  readonly ownerId: string;
  readonly phoneHmac: string;
  readonly phone: string;
  readonly name: string;
  readonly sort: string;
  readonly accountId: string | null;
  /** Both have the other's number, and neither has blocked the other. */
  readonly mutual: boolean;
}

/** Place of a contact in its book; of the HMAC the first 128 bits. */
export interface ContactPlace {
  readonly sort: string;
  readonly phoneHmac: string;
}

interface Row {
  owner_id: string;
  phone_hmac: string;
  phone: string;
  name: string;
  sort: string;
  account_id: string | null;
  mutual: boolean;
}

/** For the book's owner in $1. Whether somebody has one's own number is told of those only whose number one has. */
const CONTACTS = `SELECT c.owner_id, c.phone_hmac, c.phone, c.name, c.sort, found.id AS account_id,
    found.id IS NOT NULL AND EXISTS (
      SELECT FROM contacts back JOIN accounts me ON me.id = $1 AND me.phone_hmac = back.phone_hmac
      WHERE back.owner_id = found.id AND NOT back.removed)
    AND NOT EXISTS (
      SELECT FROM blocks b WHERE b.blocked AND ((b.owner_id = found.id AND b.account_id = $1) OR (b.owner_id = $1 AND b.account_id = found.id))
    ) AS mutual
  FROM contacts c LEFT JOIN LATERAL (
    SELECT a.id FROM accounts a WHERE a.phone_hmac = c.phone_hmac AND ${DISCOVERABLE} ORDER BY a.registered DESC LIMIT 1) found ON true
  WHERE c.owner_id = $1 AND NOT c.removed AND c.phone IS NOT NULL AND c.name IS NOT NULL`;

/** By name, beyond a place in that order. */
export async function contactsPage(
  db: Db,
  owner: string,
  { limit, after }: { readonly limit: number; readonly after?: ContactPlace },
): Promise<readonly ContactView[]> {
  const beyond = after === undefined ? '' : 'AND (c.sort, left(c.phone_hmac, 32)) > ($3 COLLATE "C", $4)';
  const { rows } = await db.query<Row>({
    text: `${CONTACTS} ${beyond} ORDER BY c.sort, left(c.phone_hmac, 32) LIMIT $2`,
    values: [owner, limit, ...(after === undefined ? [] : [after.sort, after.phoneHmac])],
  });
  return rows.map(viewOf);
}

/** Those of these numbers that the owner's book has. */
export async function contactsByPhone(
  db: Db,
  owner: string,
  phoneHmacs: readonly string[],
): Promise<ReadonlyMap<string, ContactView>> {
  const { rows } = await db.query<Row>({
    text: `${CONTACTS} AND c.phone_hmac = ANY ($2)`,
    values: [owner, phoneHmacs],
  });
  return new Map(rows.map((row) => [row.phone_hmac, viewOf(row)]));
}

function viewOf(row: Row): ContactView {
  const { owner_id: ownerId, phone_hmac: phoneHmac, phone, name, sort, account_id: accountId, mutual } = row;
  return { ownerId, phoneHmac, phone, name, sort, accountId, mutual };
}

/** Who has a number in its book, and the position since which. */
export interface NumberOwner {
  readonly ownerId: string;
  readonly phoneHmac: string;
  readonly since: bigint;
}

export async function ownersOfNumbers(db: Db, phoneHmacs: readonly string[]): Promise<readonly NumberOwner[]> {
  const { rows } = await db.query<NumberOwner>({
    name: 'owners_of_numbers',
    text: `SELECT owner_id AS "ownerId", phone_hmac AS "phoneHmac", since FROM contacts WHERE phone_hmac = ANY ($1) AND NOT removed`,
    values: [phoneHmacs],
  });
  return rows;
}
