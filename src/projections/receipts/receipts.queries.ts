import type pg from 'pg';

/** How far an account has come, on the device that is furthest. */
export interface WatermarkView {
  readonly conversationId: string;
  readonly accountId: string;
  readonly deliveredUpTo: number;
  readonly readUpTo: number;
}

/** By conversation. For a DataLoader. */
export async function watermarksOfConversations(
  db: Pick<pg.Pool, 'query'>,
  ids: readonly string[],
): Promise<ReadonlyMap<string, readonly WatermarkView[]>> {
  const { rows } = await db.query<{ conversation_id: string; account_id: string; delivered: number; read: number }>({
    name: 'watermarks_of_conversations',
    text: `SELECT conversation_id, account_id, max(delivered) AS delivered, max(read) AS read FROM watermarks
           WHERE conversation_id = ANY ($1::uuid[]) GROUP BY conversation_id, account_id`,
    values: [ids],
  });
  const views = rows.map((row) => ({
    conversationId: row.conversation_id,
    accountId: row.account_id,
    deliveredUpTo: row.delivered,
    readUpTo: row.read,
  }));
  return Map.groupBy(views, (view) => view.conversationId);
}
