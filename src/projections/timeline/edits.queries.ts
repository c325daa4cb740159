import type pg from 'pg';
import { visibleTo } from './visibility.js';

type Db = Pick<pg.Pool, 'query'>;

export interface VersionView {
  readonly text: string;
  readonly at: number;
}

/** What the message said, the first version first; empty for one that was not edited, says nothing any more, or is not the viewer's to see. */
export async function versionsOf(db: Db, viewer: string, messageId: string): Promise<readonly VersionView[]> {
  const { rows } = await db.query<{ text: string; at: Date }>({
    name: 'versions_of',
    text: `WITH t AS MATERIALIZED (SELECT * FROM timeline t WHERE t.event_id = $2 AND t.message AND t.edited_seq IS NOT NULL AND ${visibleTo('$1')})
           SELECT original AS text, at, seq FROM t WHERE original IS NOT NULL
           UNION ALL
           SELECT e.text, e.at, e.seq FROM t JOIN timeline e ON e.conversation_id = t.conversation_id AND e.target_seq = t.seq
             AND e.kind IN ('message_edited', 'link_preview_added', 'location_updated') AND e.kind = 'message_edited' AND e.text IS NOT NULL
           ORDER BY seq`,
    values: [viewer, messageId],
  });
  return rows.map(({ text, at }) => ({ text, at: at.getTime() }));
}
