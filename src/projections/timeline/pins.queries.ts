import type pg from 'pg';
import type { MessageKey } from './reactions.queries.js';
import { MESSAGE_COLUMNS, messageView, type MessageRow, type Seen, type TimelineView } from './timeline.queries.js';
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
    text: `SELECT k.ord, p.by_account, p.at AS pinned_at, ${MESSAGE_COLUMNS}
           FROM unnest($1::uuid[], $2::uuid[]) WITH ORDINALITY AS k (id, viewer, ord)
           JOIN pins p ON p.conversation_id = k.id AND p.pinned
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

/** Whether each of these messages is pinned. For a DataLoader. */
export async function arePinned(db: Db, keys: readonly Omit<MessageKey, 'viewer'>[]): Promise<boolean[]> {
  const { rows } = await db.query<{ pinned: boolean }>({
    name: 'are_pinned',
    text: `SELECT p.pinned IS TRUE AS pinned FROM unnest($1::uuid[], $2::int[]) WITH ORDINALITY AS k (id, seq, ord)
           LEFT JOIN pins p ON p.conversation_id = k.id AND p.target_seq = k.seq ORDER BY k.ord`,
    values: [keys.map((key) => key.conversationId), keys.map((key) => key.seq)],
  });
  return rows.map(({ pinned }) => pinned);
}
