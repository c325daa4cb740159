import type pg from 'pg';
import type { Seen } from './timeline.queries.js';
import { clearedTo, countsFor } from './visibility.js';

type Db = Pick<pg.Pool, 'query'>;

/** An unread count stops here. */
const UNREAD_CAP = 1_000;

/** What is at or before this sequence is not unread. */
function readTo(viewer: string, conversation: string): string {
  return `greatest((SELECT max(w.read) FROM watermarks w WHERE w.conversation_id = ${conversation} AND w.account_id = ${viewer}),
    ${clearedTo(viewer, conversation)})`;
}

/** Messages by others past the viewer's read watermark, up to 1,000; in the order of the keys. For a DataLoader. */
export async function unreadCounts(db: Db, keys: readonly Seen[]): Promise<number[]> {
  const { rows } = await db.query<{ unread: bigint }>({
    name: 'unread_counts',
    text: `SELECT (
        SELECT count(*) FROM (
          SELECT FROM timeline t WHERE t.conversation_id = k.id AND t.seq > r.read AND ${countsFor('k.viewer')}
          LIMIT ${UNREAD_CAP}) x) AS unread
      FROM unnest($1::uuid[], $2::uuid[]) WITH ORDINALITY AS k (id, viewer, ord)
      CROSS JOIN LATERAL (SELECT ${readTo('k.viewer', 'k.id')} AS read) r
      ORDER BY k.ord`,
    values: [keys.map((key) => key.conversationId), keys.map((key) => key.viewer)],
  });
  return rows.map((row) => Number(row.unread));
}

/** Those of them that mention the viewer; in the order of the keys. For a DataLoader. */
export async function unreadMentions(db: Db, keys: readonly Seen[]): Promise<number[]> {
  const { rows } = await db.query<{ unread: bigint }>({
    name: 'unread_mentions',
    text: `SELECT (
        SELECT count(*) FROM (
          SELECT FROM timeline t WHERE t.conversation_id = k.id AND t.seq > r.read AND t.mentions IS NOT NULL
            AND (t.mentions = '"everyone"' OR t.mentions ? k.viewer::text) AND ${countsFor('k.viewer')}
          LIMIT ${UNREAD_CAP}) x) AS unread
      FROM unnest($1::uuid[], $2::uuid[]) WITH ORDINALITY AS k (id, viewer, ord)
      CROSS JOIN LATERAL (SELECT ${readTo('k.viewer', 'k.id')} AS read) r
      ORDER BY k.ord`,
    values: [keys.map((key) => key.conversationId), keys.map((key) => key.viewer)],
  });
  return rows.map((row) => Number(row.unread));
}

/** Over all chats of an account, each counted up to 1,000. Muted chats are among those that are not archived. */
export interface UnreadTotals {
  readonly chats: number;
  readonly messages: number;
  readonly mutedMessages: number;
  readonly archivedMessages: number;
  readonly mentions: number;
}

/** @param now milliseconds since the epoch: a mute may be over. */
export async function unreadTotals(db: Db, viewer: string, now: number): Promise<UnreadTotals> {
  const { rows } = await db.query<Record<keyof UnreadTotals, bigint>>({
    name: 'unread_totals',
    text: `SELECT count(*) FILTER (WHERE NOT archived AND (messages > 0 OR marked)) AS "chats",
             coalesce(sum(messages) FILTER (WHERE NOT archived), 0)::bigint AS "messages",
             coalesce(sum(messages) FILTER (WHERE NOT archived AND muted), 0)::bigint AS "mutedMessages",
             coalesce(sum(messages) FILTER (WHERE archived), 0)::bigint AS "archivedMessages",
             coalesce(sum(mentions) FILTER (WHERE NOT archived), 0)::bigint AS "mentions"
           FROM (
             SELECT coalesce(p.archived, false) AS archived, coalesce(p.marked_unread, false) AS marked,
               coalesce(p.muted AND (p.muted_until IS NULL OR p.muted_until > $2), false) AS muted, n.messages, n.mentions
             FROM (SELECT DISTINCT conversation_id AS id FROM memberships WHERE account_id = $1) mine
             JOIN conversations c ON c.id = mine.id
             LEFT JOIN chat_preferences p ON p.account_id = $1 AND p.conversation_id = mine.id
             CROSS JOIN LATERAL (SELECT ${readTo('$1', 'mine.id')} AS read) r
             CROSS JOIN LATERAL (
               SELECT count(*) AS messages, count(*) FILTER (WHERE x.mentions = '"everyone"' OR x.mentions ? $1::uuid::text) AS mentions FROM (
                 SELECT t.mentions FROM timeline t WHERE t.conversation_id = mine.id AND t.seq > r.read AND ${countsFor('$1')}
                 LIMIT ${UNREAD_CAP}) x) n
             WHERE c.last_message_seq > r.read OR p.marked_unread) chats`,
    values: [viewer, new Date(now)],
  });
  const [row] = rows;
  const total = (name: keyof UnreadTotals): number => Number(row?.[name] ?? 0);
  return {
    chats: total('chats'),
    messages: total('messages'),
    mutedMessages: total('mutedMessages'),
    archivedMessages: total('archivedMessages'),
    mentions: total('mentions'),
  };
}
