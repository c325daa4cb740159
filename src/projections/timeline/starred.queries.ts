import type pg from 'pg';
import { messageColumns, messageView, type MessageRow, type TimelineView } from './timeline.queries.js';
import { visibleTo } from './visibility.js';

type Db = Pick<pg.Pool, 'query'>;

/** A place in the list of stars: the newest first. */
export interface StarredView {
  readonly message: TimelineView;
  readonly starredAt: number;
  readonly position: bigint;
}

/** Messages that the account has starred and may still see, the last star first; of one conversation or of all. */
export async function starredPage(
  db: Db,
  viewer: string,
  page: { readonly limit: number; readonly before?: bigint; readonly conversationId?: string },
): Promise<readonly StarredView[]> {
  const { rows } = await db.query<MessageRow & { starred_at: Date; star: bigint }>({
    name: 'starred_page',
    text: `SELECT ${messageColumns('$1')}, s.at AS starred_at, s.position AS star FROM starred_messages s
           JOIN timeline t ON t.conversation_id = s.conversation_id AND t.seq = s.seq
           WHERE s.account_id = $1 AND s.starred AND ($3::bigint IS NULL OR s.position < $3) AND ($4::uuid IS NULL OR s.conversation_id = $4)
             AND t.message AND NOT t.erased AND ${visibleTo('$1')}
           ORDER BY s.position DESC LIMIT $2`,
    values: [viewer, page.limit, page.before ?? null, page.conversationId ?? null],
  });
  return rows.map((row) => ({ message: messageView(row), starredAt: row.starred_at.getTime(), position: row.star }));
}
