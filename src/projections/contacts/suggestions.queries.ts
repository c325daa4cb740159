import type pg from 'pg';
import { DISCOVERABLE } from '../accounts/accounts.queries.js';

export interface SuggestionView {
  readonly accountId: string;
  readonly reason: 'conversation' | 'has_your_number';
}

/**
 * Accounts that are not in the book of the account in $1: whom it talks with, then who has its number. Only of those that let
 * themselves be found, and not between two of whom one blocks the other; who is not to be found is told of nobody who has its number.
 */
export async function contactSuggestions(
  db: Pick<pg.Pool, 'query'>,
  owner: string,
  limit: number,
): Promise<readonly SuggestionView[]> {
  const { rows } = await db.query<SuggestionView>({
    name: 'contact_suggestions',
    text: `WITH me AS (SELECT a.id, a.phone_hmac, ${DISCOVERABLE} AS discoverable FROM accounts a WHERE a.id = $1),
      candidates AS (
        SELECT other.account_id AS id, 0 AS rank, c.last_position AS position
        FROM memberships mine JOIN conversations c ON c.id = mine.conversation_id AND c.kind = 'direct' AND c.shown_seq > 0
        JOIN memberships other ON other.conversation_id = c.id AND other.account_id <> $1 WHERE mine.account_id = $1
        UNION ALL
        SELECT k.owner_id, 1, k.since FROM contacts k JOIN me ON me.discoverable AND k.phone_hmac = me.phone_hmac WHERE NOT k.removed)
      SELECT a.id AS "accountId", CASE best.rank WHEN 0 THEN 'conversation' ELSE 'has_your_number' END AS reason
      FROM (SELECT DISTINCT ON (id) id, rank, position FROM candidates ORDER BY id, rank, position DESC) best
      JOIN accounts a ON a.id = best.id AND a.id <> $1 AND ${DISCOVERABLE}
      WHERE NOT EXISTS (SELECT FROM contacts own WHERE own.owner_id = $1 AND own.phone_hmac = a.phone_hmac AND NOT own.removed)
        AND NOT EXISTS (SELECT FROM blocks b WHERE b.blocked
          AND ((b.owner_id = a.id AND b.account_id = $1) OR (b.owner_id = $1 AND b.account_id = a.id)))
      ORDER BY best.rank, best.position DESC LIMIT $2`,
    values: [owner, limit],
  });
  return rows;
}
