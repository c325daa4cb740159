import type pg from 'pg';
import { keyColumns, type MessageKey } from './reactions.queries.js';
import { messageColumns, messageView, type MessageRow, type Seen, type TimelineView } from './timeline.queries.js';
import { visibleTo } from './visibility.js';

type Db = Pick<pg.Pool, 'query'>;

export interface PinView {
  readonly message: TimelineView;
  readonly by: string;
  readonly at: number;
}

/** By conversation, in the order of the keys: what is pinned and its viewer may see, the newest pin first. For a DataLoader. */
export async function pinsOf(db: Db, keys: readonly Seen[]): Promise<(readonly PinView[])[]> {
  const { rows } = await db.query<MessageRow & { ord: bigint; by_account: string; pinned_at: Date }>({
    name: 'pins_of',
    text: `SELECT k.ord, p.by_account, p.at AS pinned_at, ${messageColumns('k.viewer')}
           FROM unnest($1::uuid[], $2::uuid[]) WITH ORDINALITY AS k (id, viewer, ord)
           JOIN pins p ON p.conversation_id = k.id AND p.pinned AND ${isFor('k.viewer', 'p')}
             AND NOT EXISTS (SELECT FROM pins n WHERE n.conversation_id = k.id AND n.target_seq = p.target_seq AND n.seq > p.seq AND ${isFor('k.viewer', 'n')})
           JOIN timeline t ON t.conversation_id = k.id AND t.seq = p.target_seq AND NOT t.erased AND ${visibleTo('k.viewer')}
           ORDER BY k.ord, p.seq DESC`,
    values: [keys.map((key) => key.conversationId), keys.map((key) => key.viewer)],
  });
  const byKey = Map.groupBy(rows, ({ ord }) => Number(ord));
  return keys.map((_key, index) =>
    (byKey.get(index + 1) ?? []).map((row) => ({
      message: messageView(row),
      by: row.by_account,
      at: row.pinned_at.getTime(),
    })),
  );
}

function isFor(viewer: string, row: string): string {
  return `(${row}.only_for IS NULL OR ${row}.only_for = ${viewer})`;
}

/** Whether each of these messages is pinned, as its viewer sees it. For a DataLoader. */
export async function arePinned(db: Db, keys: readonly MessageKey[]): Promise<boolean[]> {
  const { rows } = await db.query<{ pinned: boolean }>({
    name: 'are_pinned',
    text: `SELECT (SELECT p.pinned FROM pins p WHERE p.conversation_id = k.id AND p.target_seq = k.seq AND ${isFor('k.viewer', 'p')}
             ORDER BY p.seq DESC LIMIT 1) IS TRUE AS pinned
           FROM unnest($1::uuid[], $2::uuid[], $3::int[]) WITH ORDINALITY AS k (id, viewer, seq, ord) ORDER BY k.ord`,
    values: keyColumns(keys),
  });
  return rows.map(({ pinned }) => pinned);
}
