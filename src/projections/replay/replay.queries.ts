import type pg from 'pg';
import type { Position } from '../../platform/eventStore/port.js';

type Db = Pick<pg.Pool, 'query'>;

/** One thing that happened, as its read model holds it; ids are plain, times in milliseconds since the epoch. */
export type ReplayRow =
  | {
      readonly kind: 'message';
      readonly position: Position;
      readonly id: string;
      readonly conversationId: string;
      readonly seq: number;
      readonly authorId: string;
      readonly deviceId: string;
      readonly clientId: string;
      readonly at: number;
      readonly text: string | null;
      readonly algorithm: string | null;
      /** base64, of a sealed message */
      readonly payload: string | null;
      readonly erased: boolean;
    }
  | {
      readonly kind: 'started';
      readonly position: Position;
      readonly conversationId: string;
      readonly members: readonly string[];
    }
  | {
      readonly kind: 'watermark';
      readonly position: Position;
      readonly conversationId: string;
      readonly accountId: string;
      readonly deviceId: string;
      readonly delivered: number;
      readonly read: number;
    }
  | {
      readonly kind: 'device';
      readonly position: Position;
      readonly deviceId: string;
      readonly name: string | null;
      readonly revoked: boolean;
    }
  | {
      readonly kind: 'profile';
      readonly position: Position;
      readonly accountId: string;
      readonly name: string | null;
      readonly about: string | null;
      readonly avatar: string | null;
    };

interface Raw {
  kind: string;
  position: bigint;
  body: Record<string, unknown>;
}

/** Of the account in $1, or of its one conversation in $4. */
const CONVERSATIONS = `SELECT m.conversation_id AS id, m.from_seq, m.to_seq, c.last_position FROM memberships m JOIN conversations c ON c.id = m.conversation_id
  WHERE m.account_id = $1 AND ($4::uuid IS NULL OR m.conversation_id = $4)`;

const PAGE = `WITH mine AS MATERIALIZED (${CONVERSATIONS}),
 entries AS (
  SELECT CASE WHEN t.kind = 'started' THEN 'started' ELSE 'message' END AS kind, t.position, json_build_object('conversationId', t.conversation_id,
    'id', t.event_id, 'seq', t.seq, 'authorId', t.author_id, 'deviceId', t.device_id, 'clientId', t.client_id, 'at', t.at_ms, 'text', t.text,
    'algorithm', t.algorithm, 'payload', t.payload64, 'erased', t.erased,
    'members', CASE WHEN t.kind = 'started' THEN (SELECT json_agg(m.account_id ORDER BY m.account_id) FROM memberships m WHERE m.conversation_id = t.conversation_id) END) AS body
  FROM mine CROSS JOIN LATERAL (
    SELECT *, (extract(epoch FROM at) * 1000)::bigint AS at_ms, encode(payload, 'base64') AS payload64 FROM timeline t
    WHERE t.conversation_id = mine.id AND t.seq >= greatest(timeline_seq_after(mine.id, $2), mine.from_seq) AND (mine.to_seq IS NULL OR t.seq < mine.to_seq)
      AND t.position <= $3 ORDER BY t.seq LIMIT $5) t
  WHERE mine.last_position > $2),
 receipts AS (
  SELECT 'watermark', w.position, json_build_object('conversationId', w.conversation_id, 'accountId', w.account_id, 'deviceId', w.device_id,
    'delivered', w.delivered, 'read', w.read)
  FROM mine JOIN watermarks w ON w.conversation_id = mine.id WHERE w.position > $2 AND w.position <= $3),
 own AS (
  SELECT 'device', d.position, json_build_object('deviceId', d.id, 'name', d.name, 'revoked', d.revoked_at IS NOT NULL)
  FROM devices d WHERE d.account_id = $1 AND d.position > $2 AND d.position <= $3 AND $4::uuid IS NULL
  UNION ALL
  SELECT 'profile', a.position, json_build_object('accountId', a.id, 'name', a.name, 'about', a.about, 'avatar', a.avatar)
  FROM accounts a WHERE a.id = $1 AND a.position > $2 AND a.position <= $3 AND $4::uuid IS NULL)
SELECT * FROM (SELECT * FROM entries UNION ALL SELECT * FROM receipts UNION ALL SELECT * FROM own) happened ORDER BY position LIMIT $5`;

export interface ReplayScope {
  readonly accountId: string;
  readonly conversationId: string | undefined;
}

/** What concerns the account with a position in (after, upTo], in log order: the first `limit` of it. */
export async function replayPage(
  db: Db,
  { accountId, conversationId }: ReplayScope,
  after: Position,
  upTo: Position,
  limit: number,
): Promise<readonly ReplayRow[]> {
  const { rows } = await db.query<Raw>({
    name: 'replay_page',
    text: PAGE,
    values: [accountId, after, upTo, conversationId ?? null, limit],
  });
  return rows.map(({ kind, position, body }) => ({ ...body, kind, position }) as unknown as ReplayRow);
}

/** About how many updates a replay from `after` would give. */
export async function replaySize(db: Db, { accountId, conversationId }: ReplayScope, after: Position): Promise<number> {
  const { rows } = await db.query<{ size: bigint }>({
    name: 'replay_size',
    text: `SELECT coalesce(sum(c.head_seq + 1 - greatest(timeline_seq_after(c.id, $2), m.from_seq)), 0) AS size
           FROM memberships m JOIN conversations c ON c.id = m.conversation_id
           WHERE m.account_id = $1 AND ($3::uuid IS NULL OR m.conversation_id = $3) AND c.last_position > $2`,
    values: [accountId, after, conversationId ?? null],
  });
  return Number(rows[0]?.size ?? 0);
}
