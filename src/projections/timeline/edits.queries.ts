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
    text: `WITH t AS MATERIALIZED (SELECT * FROM timeline t WHERE t.event_id = $2 AND t.message AND NOT t.erased AND ${visibleTo('$1')}),
             edits AS MATERIALIZED (SELECT e.text, e.at, e.seq FROM t JOIN timeline e ON e.conversation_id = t.conversation_id AND e.target_seq = t.seq
               AND e.kind IN ('message_edited', 'link_preview_added', 'location_updated') AND e.kind = 'message_edited' AND e.text IS NOT NULL
               AND (NOT e.withheld OR e.author_id = $1))
           SELECT CASE WHEN edited_seq IS NULL THEN text ELSE original END AS text, at, seq FROM t
             WHERE EXISTS (SELECT FROM edits) AND (edited_seq IS NULL OR original IS NOT NULL)
           UNION ALL
           SELECT text, at, seq FROM edits
           ORDER BY seq`,
    values: [viewer, messageId],
  });
  return rows.map(({ text, at }) => ({ text, at: at.getTime() }));
}
