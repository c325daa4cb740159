import type pg from 'pg';

type Db = Pick<pg.Pool, 'query'>;

/** A message that its viewer may see. */
export interface MessageKey {
  readonly conversationId: string;
  readonly viewer: string;
  readonly seq: number;
}

export interface ReactionView {
  readonly emoji: string;
  readonly count: number;
  readonly mine: boolean;
  /** The newest 100 of them, the newest first. */
  readonly accountIds: readonly string[];
}

/**
 * What the account of the row in `reactions` or `poll_votes` did last, as the viewer knows: it happened while the viewer was there, or is
 * there, and what is withheld is the account's alone.
 */
export function told(viewer: string, row: string, table: 'reactions' | 'poll_votes'): string {
  return `CASE WHEN ${row}.account_id = ${viewer} THEN NOT EXISTS (SELECT FROM ${table} later WHERE later.conversation_id = ${row}.conversation_id
      AND later.target_seq = ${row}.target_seq AND later.account_id = ${row}.account_id AND later.seq > ${row}.seq) ELSE NOT ${row}.withheld END
    AND EXISTS (SELECT FROM memberships m WHERE m.conversation_id = ${row}.conversation_id AND m.account_id = ${viewer}
    AND ${row}.seq >= m.from_seq AND (m.to_seq IS NULL OR ${row}.seq < m.to_seq))`;
}

/** By message, in the order of the keys: its emoji, the most frequent first. For a DataLoader. */
export async function reactionsOf(db: Db, keys: readonly MessageKey[]): Promise<(readonly ReactionView[])[]> {
  const { rows } = await db.query<{ ord: bigint; emoji: string; count: bigint; mine: boolean; account_ids: string[] }>({
    name: 'reactions_of',
    text: `SELECT k.ord, r.emoji, count(*) AS count, bool_or(r.account_id = k.viewer) AS mine, (array_agg(r.account_id ORDER BY r.seq DESC))[:100] AS account_ids
           FROM unnest($1::uuid[], $2::uuid[], $3::int[]) WITH ORDINALITY AS k (id, viewer, seq, ord)
           JOIN reactions r ON r.conversation_id = k.id AND r.target_seq = k.seq AND r.emoji IS NOT NULL AND ${told('k.viewer', 'r', 'reactions')}
           GROUP BY k.ord, r.emoji ORDER BY k.ord, count DESC, min(r.seq)`,
    values: keyColumns(keys),
  });
  const byKey = Map.groupBy(rows, ({ ord }) => Number(ord));
  return keys.map((_key, index) =>
    (byKey.get(index + 1) ?? []).map(({ emoji, count, mine, account_ids }) => ({
      emoji,
      count: Number(count),
      mine,
      accountIds: account_ids,
    })),
  );
}

export function keyColumns(keys: readonly MessageKey[]): unknown[] {
  return [keys.map((key) => key.conversationId), keys.map((key) => key.viewer), keys.map((key) => key.seq)];
}
