import type pg from 'pg';
import type { ConversationSnapshot, KnownMessage } from '../../domain/conversations/index.js';
import type { KnownLookup } from '../../domain/messages/index.js';
import { NOTHING, type Watermarks } from '../../domain/receipts/index.js';
import type { Position } from '../../platform/eventStore/port.js';

type Db = Pick<pg.Pool, 'query'>;

/** The conversation as the read model has it: what a command folds the stream's tail onto. */
export async function conversationSnapshot(db: Db, id: string): Promise<ConversationSnapshot | undefined> {
  const { rows } = await db.query<{
    head_seq: number;
    last_message_seq: number | null;
    last_at: Date;
    members: string[];
  }>({
    name: 'conversation_snapshot',
    text: `SELECT c.head_seq, c.last_message_seq, c.last_at,
             (SELECT array_agg(m.account_id ORDER BY m.account_id) FROM memberships m WHERE m.conversation_id = c.id AND m.to_seq IS NULL) AS members
           FROM conversations c WHERE c.id = $1`,
    values: [id],
  });
  const [row] = rows;
  if (row === undefined) return undefined;
  const [a = '', b = ''] = row.members;
  return {
    state: { kind: 'direct', members: [a, b], lastAt: row.last_message_seq === null ? 0 : row.last_at.getTime() },
    revision: row.head_seq,
  };
}

/** Which of these messages the read model has, and the revision of the conversation that it was projected up to. */
export async function knownMessages(db: Db, conversationId: string, ids: readonly string[]): Promise<KnownLookup> {
  const { rows } = await db.query<{
    head_seq: number | null;
    id: string | null;
    seq: number;
    at: Date;
    position: bigint;
    fingerprint: string;
  }>({
    name: 'known_messages',
    text: `SELECT (SELECT head_seq FROM conversations WHERE id = $1) AS head_seq, t.event_id AS id, t.seq, t.at, t.position, t.fingerprint
           FROM (SELECT 1) one LEFT JOIN timeline t ON t.event_id = ANY ($2::uuid[])`,
    values: [conversationId, ids],
  });
  const messages = new Map<string, KnownMessage>();
  for (const { id, seq, at, position, fingerprint } of rows) {
    if (id !== null) messages.set(id, { id, seq, at: at.getTime(), position: position as Position, fingerprint });
  }
  return { messages, revision: rows[0]?.head_seq ?? -1 };
}

/** The device's own watermarks. */
export async function deviceWatermarks(db: Db, conversationId: string, deviceId: string): Promise<Watermarks> {
  const { rows } = await db.query<Watermarks>({
    name: 'device_watermarks',
    text: 'SELECT delivered, read FROM watermarks WHERE conversation_id = $1 AND device_id = $2',
    values: [conversationId, deviceId],
  });
  return rows[0] ?? NOTHING;
}
