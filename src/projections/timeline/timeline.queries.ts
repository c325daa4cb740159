import type pg from 'pg';
import type { TimelineEntry } from './entry.js';
import { ownChanges, withOwn, type OwnChange } from './own.js';
import { visibleTo } from './visibility.js';

type Db = Pick<pg.Pool, 'query'>;

/** A message; `at` in milliseconds since the epoch. */
export interface TimelineView {
  readonly id: string;
  readonly conversationId: string;
  readonly seq: number;
  readonly authorId: string;
  readonly deviceId: string;
  readonly clientId: string;
  readonly at: number;
  /** From everybody but its author. */
  readonly withheld: boolean;
  readonly said: Said;
  readonly replyTo: number | null;
  readonly hops: number;
  readonly mentions: TimelineEntry['mentions'];
  readonly expiresAt: number | null;
  readonly editedAt: number | null;
  readonly deletedAt: number | null;
  readonly deletedBy: string | null;
}

/** What a message says, as rows have it. */
export interface Said {
  readonly kind: string;
  readonly deviceId: string | null;
  readonly text: string | null;
  readonly algorithm: string | null;
  readonly payload: Buffer | string | null;
  readonly body: TimelineEntry['body'];
  readonly viewOnce: boolean;
  readonly erased: boolean;
}

/** What one account may see of a conversation. */
export interface Seen {
  readonly conversationId: string;
  readonly viewer: string;
}

export interface MessageRow {
  event_id: string;
  conversation_id: string;
  seq: number;
  author_id: string;
  device_id: string;
  client_id: string;
  at: Date;
  kind: string;
  text: string | null;
  algorithm: string | null;
  payload: Buffer | null;
  body: TimelineEntry['body'];
  reply_to: number | null;
  hops: number | null;
  mentions: TimelineEntry['mentions'];
  view_once: boolean;
  expires_at: Date | null;
  edited_at: Date | null;
  edited_seq: number | null;
  deleted_at: Date | null;
  deleted_by: string | null;
  withheld: boolean;
  erased: boolean;
  own: readonly OwnChange[] | null;
}

/** Of a message as the viewer sees it. */
export function messageColumns(viewer: string): string {
  return `t.event_id, t.conversation_id, t.seq, t.author_id, t.device_id, t.client_id, t.at, t.kind, t.text, t.algorithm, t.payload,
  t.body, t.reply_to, t.hops, t.mentions, t.view_once, t.expires_at, t.edited_at, t.edited_seq, t.deleted_at, t.deleted_by, t.withheld, t.erased,
  ${ownChanges(viewer)}`;
}

const MESSAGE = 't.message';

/** The next messages after `seq`, in order. The limit is in the text, as the plan depends on it. */
export async function messagesAfter(
  db: Db,
  { conversationId, viewer }: Seen,
  page: { readonly seq: number; readonly limit: number },
): Promise<readonly TimelineView[]> {
  const { rows } = await db.query<MessageRow>({
    name: `messages_after_${page.limit}`,
    text: `SELECT ${messageColumns('$1')} FROM timeline t WHERE t.conversation_id = $2 AND t.seq > $3 AND ${MESSAGE} AND ${visibleTo('$1', '$2')} ORDER BY t.seq LIMIT ${page.limit}`,
    values: [viewer, conversationId, page.seq],
  });
  return rows.map(messageView);
}

/** The last messages before `seq`, in order. */
export async function messagesBefore(
  db: Db,
  { conversationId, viewer }: Seen,
  page: { readonly seq: number; readonly limit: number },
): Promise<readonly TimelineView[]> {
  const { rows } = await db.query<MessageRow>({
    name: `messages_before_${page.limit}`,
    text: `SELECT ${messageColumns('$1')} FROM timeline t WHERE t.conversation_id = $2 AND t.seq < $3 AND ${MESSAGE} AND ${visibleTo('$1', '$2')} ORDER BY t.seq DESC LIMIT ${page.limit}`,
    values: [viewer, conversationId, page.seq],
  });
  return rows.reverse().map(messageView);
}

/** The first sequence at this time or later; null when there is none. A search by halves, since times grow with sequences. */
export async function seqAtTime(db: Db, conversationId: string, at: number): Promise<number | null> {
  const { rows } = await db.query<{ seq: number; found: boolean }>({
    name: 'seq_at_time',
    text: `WITH RECURSIVE search (low, high, head) AS (
        SELECT 0, head_seq + 1, head_seq FROM conversations WHERE id = $1
        UNION ALL
        SELECT CASE WHEN t.at < $2 THEN s.middle + 1 ELSE s.low END, CASE WHEN t.at < $2 THEN s.high ELSE s.middle END, s.head
        FROM (SELECT low, high, head, (low + high) / 2 AS middle FROM search WHERE low < high) s
        LEFT JOIN timeline t ON t.conversation_id = $1 AND t.seq = s.middle)
      SELECT low AS seq, low <= head AS found FROM search WHERE low = high`,
    values: [conversationId, new Date(at)],
  });
  const first = rows[0];
  return first?.found === true ? first.seq : null;
}

/** Null for one that does not exist, or that the account may not see. */
export async function messageById(db: Db, viewer: string, id: string): Promise<TimelineView | null> {
  const { rows } = await db.query<MessageRow>({
    name: 'message_by_id',
    text: `SELECT ${messageColumns('$1')} FROM timeline t WHERE t.event_id = $2 AND ${MESSAGE} AND ${visibleTo('$1')}`,
    values: [viewer, id],
  });
  return rows[0] === undefined ? null : messageView(rows[0]);
}

/** The newest message of each conversation that its viewer may see, in the order of the keys. For a DataLoader. */
export async function lastMessages(db: Db, keys: readonly Seen[]): Promise<(TimelineView | null)[]> {
  const { rows } = await db.query<MessageRow & { ord: bigint }>({
    name: 'last_messages',
    text: `SELECT k.ord, ${messageColumns('k.viewer')} FROM unnest($1::uuid[], $2::uuid[]) WITH ORDINALITY AS k (id, viewer, ord)
           CROSS JOIN LATERAL (SELECT * FROM timeline t WHERE t.conversation_id = k.id AND ${MESSAGE} AND ${visibleTo('k.viewer', 'k.id')}
             ORDER BY t.seq DESC LIMIT 1) t`,
    values: [keys.map((key) => key.conversationId), keys.map((key) => key.viewer)],
  });
  const found = new Map(rows.map((row) => [Number(row.ord), messageView(row)]));
  return keys.map((_key, index) => found.get(index + 1) ?? null);
}

export function messageView(found: MessageRow): TimelineView {
  const row = withOwn(found);
  return {
    id: row.event_id,
    conversationId: row.conversation_id,
    seq: row.seq,
    authorId: row.author_id,
    deviceId: row.device_id,
    clientId: row.client_id,
    at: row.at.getTime(),
    withheld: row.withheld,
    said: {
      kind: row.kind,
      deviceId: row.device_id,
      text: row.text,
      algorithm: row.algorithm,
      payload: row.payload,
      body: row.body,
      viewOnce: row.view_once,
      erased: row.erased,
    },
    replyTo: row.reply_to,
    hops: row.hops ?? 0,
    mentions: row.mentions,
    expiresAt: row.expires_at?.getTime() ?? null,
    editedAt: row.edited_at?.getTime() ?? null,
    deletedAt: row.deleted_at?.getTime() ?? null,
    deletedBy: row.deleted_by,
  };
}

/** The messages at these places that their viewers may see, in the order of the keys. For a DataLoader. */
export async function messagesAt(
  db: Db,
  keys: readonly (Seen & { readonly seq: number })[],
): Promise<(TimelineView | null)[]> {
  const { rows } = await db.query<MessageRow & { ord: bigint }>({
    name: 'messages_at',
    text: `SELECT k.ord, ${messageColumns('k.viewer')} FROM unnest($1::uuid[], $2::uuid[], $3::int[]) WITH ORDINALITY AS k (id, viewer, seq, ord)
           JOIN timeline t ON t.conversation_id = k.id AND t.seq = k.seq AND ${MESSAGE} AND ${visibleTo('k.viewer', 'k.id')}`,
    values: [keys.map((key) => key.conversationId), keys.map((key) => key.viewer), keys.map((key) => key.seq)],
  });
  const found = new Map(rows.map((row) => [Number(row.ord), messageView(row)]));
  return keys.map((_key, index) => found.get(index + 1) ?? null);
}
