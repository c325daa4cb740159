import type pg from 'pg';

type Db = Pick<pg.Pool, 'query'>;

/** Those who get what is sent to these broadcast lists now, by list, in the order of coming. For a DataLoader. */
export async function recipientsOfLists(
  db: Db,
  ids: readonly string[],
): Promise<ReadonlyMap<string, readonly string[]>> {
  const { rows } = await db.query<{ conversation_id: string; account_id: string }>({
    name: 'recipients_of_lists',
    text: `SELECT conversation_id, account_id FROM broadcast_recipients
           WHERE conversation_id = ANY ($1::uuid[]) AND to_seq IS NULL ORDER BY conversation_id, from_seq, account_id`,
    values: [ids],
  });
  const lists = Map.groupBy(rows, (row) => row.conversation_id);
  return new Map([...lists].map(([id, found]) => [id, found.map((row) => row.account_id)]));
}

/** A message to a list: where it is, and who gets it. Null for what is no such message of the account. */
export async function broadcastMessage(
  db: Db,
  account: string,
  messageId: string,
): Promise<{ readonly recipients: readonly string[] } | null> {
  const { rows } = await db.query<{ recipients: string[] }>({
    name: 'broadcast_message',
    text: `SELECT coalesce((SELECT array_agg(b.account_id ORDER BY b.from_seq, b.account_id) FROM broadcast_recipients b
             WHERE b.conversation_id = t.conversation_id AND b.from_seq <= t.seq AND (b.to_seq IS NULL OR t.seq < b.to_seq)), '{}') AS recipients
           FROM timeline t JOIN conversations c ON c.id = t.conversation_id AND c.kind = 'broadcast'
           WHERE t.event_id = $2 AND t.message AND t.author_id = $1`,
    values: [account, messageId],
  });
  return rows[0] ?? null;
}

export interface DeliveryView {
  readonly messageId: string;
  readonly delivered: boolean;
  readonly read: boolean;
}

/** Of direct messages by id: whether the other has them, and has read them, as far as it shows that. What has not been sent yet is left out. */
export async function deliveriesOf(
  db: Db,
  author: string,
  messageIds: readonly string[],
): Promise<readonly DeliveryView[]> {
  const { rows } = await db.query<DeliveryView>({
    name: 'deliveries_of',
    text: `SELECT t.event_id AS "messageId", NOT t.withheld AND coalesce(w.delivered >= t.seq, false) AS delivered,
             NOT t.withheld AND coalesce(w.read >= t.seq, false) AS read
           FROM timeline t CROSS JOIN LATERAL (SELECT max(w.shown_delivered) AS delivered, max(w.shown_read) AS read FROM watermarks w
             WHERE w.conversation_id = t.conversation_id AND w.account_id <> $1) w
           WHERE t.event_id = ANY ($2::uuid[]) AND t.author_id = $1`,
    values: [author, messageIds],
  });
  return rows;
}

/** Of one channel, as an account that need not follow it sees it. */
export interface ChannelView {
  readonly id: string;
  readonly handle: string;
  readonly name: string | null;
  readonly description: string | null;
  readonly avatar: string | null;
  readonly following: boolean;
}

export async function channelOf(
  db: Db,
  viewer: string,
  by: { readonly handle: string } | { readonly id: string },
): Promise<ChannelView | null> {
  const [column, value] = 'id' in by ? (['conversation_id', by.id] as const) : (['handle', by.handle] as const);
  const { rows } = await db.query<ChannelView>({
    name: `channel_by_${column}`,
    text: `SELECT h.conversation_id AS id, h.handle, c.name, c.description, c.avatar, f.role IS NOT NULL AS following
           FROM channels h JOIN conversations c ON c.id = h.conversation_id
           LEFT JOIN memberships f ON f.account_id = $1 AND f.conversation_id = h.conversation_id AND f.role = 'follower' WHERE h.${column} = $2`,
    values: [viewer, value],
  });
  return rows[0] ?? null;
}

/** Who has become an admin follows no more, whatever it said before: memberships know of both. */
export async function isFollowing(db: Db, account: string, channelId: string): Promise<boolean> {
  const { rows } = await db.query({
    name: 'is_following',
    text: "SELECT FROM memberships WHERE account_id = $1 AND conversation_id = $2 AND role = 'follower'",
    values: [account, channelId],
  });
  return rows.length > 0;
}

export async function followedChannels(db: Db, account: string): Promise<readonly string[]> {
  const { rows } = await db.query<{ conversation_id: string }>({
    name: 'followed_channels',
    text: "SELECT conversation_id FROM memberships WHERE account_id = $1 AND role = 'follower'",
    values: [account],
  });
  return rows.map(({ conversation_id }) => conversation_id);
}

/** Of those who said that they follow it, all but who has become an admin since: from an index, however many they are. */
export async function followerCount(db: Db, channelId: string): Promise<number> {
  const { rows } = await db.query<{ count: number }>({
    name: 'follower_count',
    text: `SELECT ((SELECT count(*) FROM channel_follows WHERE channel_id = $1 AND following)
             - (SELECT count(DISTINCT m.account_id) FROM memberships m
                JOIN channel_follows f ON f.account_id = m.account_id AND f.channel_id = $1 AND f.following
                WHERE m.conversation_id = $1 AND m.role <> 'follower' AND NOT EXISTS (SELECT FROM memberships o
                  WHERE o.conversation_id = $1 AND o.account_id = m.account_id AND o.role = 'follower')))::int AS count`,
    values: [channelId],
  });
  return rows[0]?.count ?? 0;
}
