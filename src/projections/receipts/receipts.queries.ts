import type pg from 'pg';

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

/** By conversation. For a DataLoader. */
export async function watermarksOfConversations(
  db: Pick<pg.Pool, 'query'>,
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
