import type pg from 'pg';

type Db = Pick<pg.Pool, 'query'>;

/**
 * How far an account has come, on the device that is furthest. `shown…`: what the others may know of it. `sentUpTo`: the last
 * that it sent; in a group that counts as read, since nobody else's receipt is shown there by itself.
 */
export interface WatermarkView {
  readonly conversationId: string;
  readonly accountId: string;
  readonly deliveredUpTo: number;
  readonly readUpTo: number;
  readonly shownDeliveredUpTo: number;
  readonly shownReadUpTo: number;
  readonly sentUpTo: number;
}

/** By conversation. */
export async function watermarksOfConversations(
  db: Db,
  ids: readonly string[],
): Promise<ReadonlyMap<string, readonly WatermarkView[]>> {
  const { rows } = await db.query<WatermarkView>({
    name: 'watermarks_of_conversations',
    text: `SELECT conversation_id AS "conversationId", account_id AS "accountId", max(delivered) AS "deliveredUpTo", max(read) AS "readUpTo",
             max(shown_delivered) AS "shownDeliveredUpTo", max(shown_read) AS "shownReadUpTo", max(sent) AS "sentUpTo"
           FROM watermarks WHERE conversation_id = ANY ($1::uuid[]) GROUP BY conversation_id, account_id`,
    values: [ids],
  });
  return Map.groupBy(rows, (view) => view.conversationId);
}

/** For whom something of a conversation is looked up. */
export interface ReceiptsKey {
  readonly conversationId: string;
  readonly viewer: string;
}

/** The watermarks that the viewer is shown: both of a direct conversation, of others its own. In the order of the keys. For a DataLoader. */
export async function watermarksShown(
  db: Db,
  keys: readonly ReceiptsKey[],
): Promise<(readonly Pick<WatermarkView, 'accountId' | 'deliveredUpTo' | 'readUpTo'>[])[]> {
  const { rows } = await db.query<{ ord: bigint; account_id: string; delivered: number; read: number }>({
    name: 'watermarks_shown',
    text: `SELECT k.ord, m.account_id,
             coalesce(max(CASE WHEN m.account_id = k.viewer THEN w.delivered ELSE w.shown_delivered END), -1) AS delivered,
             coalesce(max(CASE WHEN m.account_id = k.viewer THEN w.read ELSE w.shown_read END), -1) AS read
           FROM unnest($1::uuid[], $2::uuid[]) WITH ORDINALITY AS k (id, viewer, ord) JOIN conversations c ON c.id = k.id
           JOIN memberships m ON m.conversation_id = k.id AND m.to_seq IS NULL AND (c.kind = 'direct' OR m.account_id = k.viewer)
           LEFT JOIN watermarks w ON w.conversation_id = k.id AND w.account_id = m.account_id
           GROUP BY k.ord, m.account_id ORDER BY k.ord, m.account_id`,
    values: [keys.map((key) => key.conversationId), keys.map((key) => key.viewer)],
  });
  const shown = Map.groupBy(rows, ({ ord }) => Number(ord));
  return keys.map((_key, index) =>
    (shown.get(index + 1) ?? []).map((row) => ({
      accountId: row.account_id,
      deliveredUpTo: row.delivered,
      readUpTo: row.read,
    })),
  );
}

/**
 * How far all other members have come; in a channel nobody tells. What was sent before one joined is not missing to them: they count as having it.
 * `since`: the sequence from which on there is another member; null without one.
 */
export interface OthersView {
  readonly delivered: number;
  readonly read: number;
  readonly since: number | null;
}

/** In the order of the keys. For a DataLoader. */
export async function othersOf(db: Db, keys: readonly ReceiptsKey[]): Promise<OthersView[]> {
  const { rows } = await db.query<{ delivered: number | null; read: number | null; since: number | null }>({
    name: 'others_of',
    text: `SELECT o.* FROM unnest($1::uuid[], $2::uuid[]) WITH ORDINALITY AS k (id, viewer, ord) LEFT JOIN conversations c ON c.id = k.id
           CROSS JOIN LATERAL (SELECT min(a.delivered) AS delivered, min(a.read) AS read, min(a.joined_seq) AS since FROM (
             SELECT m.joined_seq, greatest(m.joined_seq, max(w.shown_delivered)) AS delivered,
               greatest(m.joined_seq, max(w.shown_read), CASE WHEN c.kind <> 'direct' THEN max(w.sent) END) AS read
             FROM memberships m LEFT JOIN watermarks w ON w.conversation_id = m.conversation_id AND w.account_id = m.account_id
             WHERE m.conversation_id = k.id AND c.kind <> 'channel' AND m.to_seq IS NULL AND m.account_id <> k.viewer
             GROUP BY m.account_id, m.joined_seq) a) o
           ORDER BY k.ord`,
    values: [keys.map((key) => key.conversationId), keys.map((key) => key.viewer)],
  });
  return rows.map(({ delivered, read, since }) => ({ delivered: delivered ?? -1, read: read ?? -1, since }));
}
