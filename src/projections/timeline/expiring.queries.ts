import type pg from 'pg';

type Db = Pick<pg.Pool, 'query'>;

/** Messages of a conversation whose time is over; `withheldBy`: their author, when nobody else heard of them. */
export interface Expired {
  readonly conversationId: string;
  readonly withheldBy: string | null;
  readonly targets: readonly number[];
}

/** When the next message is over, milliseconds since the epoch. */
export async function nextExpiry(db: Db): Promise<number | undefined> {
  const { rows } = await db.query<{ at: Date | null }>({
    name: 'next_expiry',
    text: 'SELECT min(expires_at) AS at FROM timeline WHERE expires_at IS NOT NULL AND NOT erased',
  });
  return rows[0]?.at?.getTime();
}

/** The first of what is over at `now`, up to `limit` messages, by conversation. */
export async function expiredMessages(db: Db, now: number, limit: number): Promise<readonly Expired[]> {
  const { rows } = await db.query<{ conversation_id: string; withheld_by: string | null; targets: number[] }>({
    name: 'expired_messages',
    text: `SELECT conversation_id, withheld_by, array_agg(seq ORDER BY seq) AS targets FROM (
             SELECT conversation_id, seq, CASE WHEN withheld THEN author_id END AS withheld_by FROM timeline
             WHERE expires_at <= $1 AND NOT erased ORDER BY expires_at LIMIT $2) t
           GROUP BY conversation_id, withheld_by`,
    values: [new Date(now), limit],
  });
  return rows.map(({ conversation_id, withheld_by, targets }) => ({
    conversationId: conversation_id,
    withheldBy: withheld_by,
    targets,
  }));
}
