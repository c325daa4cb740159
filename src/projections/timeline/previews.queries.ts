import type pg from 'pg';
import { keyColumns, type MessageKey } from './reactions.queries.js';
import { shownTo } from './visibility.js';

/** In the order of the keys: the preview of what the message says now, as JSON; null when there is none. For a DataLoader. */
export async function previewsOf(db: Pick<pg.Pool, 'query'>, keys: readonly MessageKey[]): Promise<(string | null)[]> {
  const { rows } = await db.query<{ ord: bigint; preview: string }>({
    name: 'previews_of',
    text: `SELECT k.ord, t.body ->> 'preview' AS preview
           FROM unnest($1::uuid[], $2::uuid[], $3::int[]) WITH ORDINALITY AS k (id, viewer, seq, ord)
           JOIN timeline m ON m.conversation_id = k.id AND m.seq = k.seq AND NOT m.erased
           JOIN timeline t ON t.conversation_id = m.conversation_id AND t.target_seq = m.seq AND t.seq > coalesce(m.edited_seq, 0)
             AND t.kind IN ('message_edited', 'link_preview_added', 'location_updated') AND t.kind = 'link_preview_added'
             AND t.body ->> 'preview' IS NOT NULL AND ${shownTo('k.viewer')}
             AND NOT EXISTS (SELECT FROM timeline e WHERE e.conversation_id = m.conversation_id AND e.target_seq = m.seq AND e.seq > t.seq
               AND e.withheld AND e.kind = 'message_edited' AND e.author_id = k.viewer)`,
    values: keyColumns(keys),
  });
  const found = new Map(rows.map(({ ord, preview }) => [Number(ord), preview]));
  return keys.map((_key, index) => found.get(index + 1) ?? null);
}
