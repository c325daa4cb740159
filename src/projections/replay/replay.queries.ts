import type pg from 'pg';
import type { Position } from '../../platform/eventStore/port.js';
import { ADMIN_KINDS, MEMBER_KINDS, ownMembership, type TimelineEntry } from '../timeline/entry.js';
import { PREFERENCES, type PreferenceRow } from '../preferences/replay.js';
import { RELATIONS, type RelationRow } from '../contacts/replay.js';
import { notHidden } from '../timeline/visibility.js';

type Db = Pick<pg.Pool, 'query'>;

/** One thing that happened, as its read model holds it; ids are plain, times in milliseconds since the epoch. */
export type ReplayRow =
  | { readonly kind: 'entry'; readonly position: Position; readonly entry: TimelineEntry }
  | {
      readonly kind: 'watermark';
      readonly position: Position;
      readonly conversationId: string;
      readonly accountId: string;
      readonly deviceId: string;
      readonly delivered: number;
      /** Null: nothing that may be shown. */
      readonly read: number | null;
    }
  /** How far everybody else in a group is. */
  | {
      readonly kind: 'everyone';
      readonly position: Position;
      readonly conversationId: string;
      readonly delivered: number;
      readonly read: number;
    }
  | (PreferenceRow & { readonly position: Position })
  | (RelationRow & { readonly position: Position })
  | {
      readonly kind: 'follow';
      readonly position: Position;
      readonly conversationId: string;
      readonly following: boolean;
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

/** How far all members but the account in $1 have come, who have what was sent before they came; and the receipt that was the last to move. */
const EVERYONE = `SELECT max(a.position) AS position, min(a.delivered) AS delivered, min(a.read) AS read FROM (
    SELECT coalesce(max(w.shown_position), -1) AS position, greatest(m.joined_seq, max(w.shown_delivered)) AS delivered,
      greatest(m.joined_seq, max(greatest(w.shown_read, w.sent))) AS read
    FROM memberships m LEFT JOIN watermarks w ON w.conversation_id = m.conversation_id AND w.account_id = m.account_id
    WHERE m.conversation_id = mine.id AND m.to_seq IS NULL AND m.account_id <> $1 GROUP BY m.account_id, m.joined_seq) a`;

/** Where that is told: in a community, whose thousands would have to be gone through, to those who may have written. */
const ASKS_EVERYONE = `(mine.kind NOT IN ('direct', 'channel', 'community') OR (mine.kind = 'community' AND mine.role IN ('owner', 'admin')))`;

/** Of the account in $1, or of its one conversation in $4. */
const CONVERSATIONS = `SELECT m.conversation_id AS id, CASE WHEN m.role = 'follower' THEN greatest(m.position, $2) ELSE $2 END AS since, m.joined_seq, m.to_seq, m.role, c.last_position, c.kind,
    coalesce(p.cleared_to, -1) AS cleared_to
  FROM memberships m JOIN conversations c ON c.id = m.conversation_id
  LEFT JOIN chat_preferences p ON p.account_id = m.account_id AND p.conversation_id = m.conversation_id
  WHERE m.account_id = $1 AND ($4::uuid IS NULL OR m.conversation_id = $4)`;

const listOf = (kinds: ReadonlySet<string>): string => [...kinds].map((kind) => `'${kind}'`).join(', ');
/** When the row was written, whatever the account's role is now. */
const WAS_ADMIN = `EXISTS (SELECT FROM admin_terms a WHERE a.conversation_id = t.conversation_id AND a.account_id = $1
    AND a.from_seq <= t.seq AND (a.to_seq IS NULL OR t.seq < a.to_seq))`;
/** Of a row that is for admins, but for those whom it is about. */
const FOR_THEMSELVES = `(mine.kind = 'community' AND t.kind IN (${listOf(MEMBER_KINDS)}) AND NOT ${WAS_ADMIN})`;
const IS_ABOUT_ME = `(t.body -> 'members' ? $1::text OR t.body ->> 'accountId' = $1::text)`;

/** Messages that the account has hidden or cleared, and what happened to them, are not told again. What happened to the conversation is. */
const NOT_FORGOTTEN = `(NOT t.message OR (t.seq > mine.cleared_to AND ${notHidden('$1', 't.seq')}))
  AND (t.target_seq IS NULL OR (t.target_seq > mine.cleared_to AND ${notHidden('$1', 't.target_seq')}))`;

const PAGE = `WITH mine AS MATERIALIZED (${CONVERSATIONS}),
 entries AS (
  SELECT 'entry' AS kind, t.position, json_build_object('conversationId', t.conversation_id, 'seq', t.seq, 'id', t.event_id, 'kind', t.kind,
    'message', t.message, 'authorId', t.author_id, 'deviceId', t.device_id, 'clientId', t.client_id, 'at', t.at_ms, 'text', t.text,
    'algorithm', t.algorithm, 'payload', t.payload64, 'fingerprint', NULL, 'target', t.target_seq, 'body', t.body, 'replyTo', t.reply_to,
    'hops', t.hops, 'mentions', t.mentions, 'withheld', t.withheld, 'viewOnce', t.view_once, 'expiresAt', t.expires_ms, 'erased', t.erased, 'own', CASE WHEN ${FOR_THEMSELVES} THEN true END) AS body
  FROM mine CROSS JOIN LATERAL (
    SELECT *, (extract(epoch FROM at) * 1000)::bigint AS at_ms, (extract(epoch FROM expires_at) * 1000)::bigint AS expires_ms,
      encode(payload, 'base64') AS payload64 FROM timeline t
    WHERE t.conversation_id = mine.id AND t.seq >= greatest(timeline_seq_after(mine.id, mine.since), mine.joined_seq) AND (mine.to_seq IS NULL OR t.seq < mine.to_seq)
      AND t.position <= $3 AND (NOT t.withheld OR t.author_id = $1) AND CASE WHEN t.kind IN (${listOf(ADMIN_KINDS)}) THEN ${WAS_ADMIN} ELSE true END
      AND (NOT ${FOR_THEMSELVES} OR ${IS_ABOUT_ME})
      AND ${NOT_FORGOTTEN} ORDER BY t.seq LIMIT $5) t
  WHERE mine.last_position > $2),
 receipts AS (
  SELECT 'watermark', w.position, json_build_object('conversationId', w.conversation_id, 'accountId', w.account_id, 'deviceId', w.device_id,
    'delivered', w.delivered, 'read', w.read)
  FROM mine JOIN watermarks w ON w.conversation_id = mine.id AND w.account_id = $1
  WHERE w.position > $2 AND w.position <= $3 AND mine.to_seq IS NULL
  UNION ALL
  SELECT 'watermark', w.shown_position, json_build_object('conversationId', w.conversation_id, 'accountId', w.account_id, 'deviceId', w.device_id,
    'delivered', w.shown_delivered, 'read', CASE WHEN w.shown_read >= 0 THEN w.shown_read END)
  FROM mine JOIN watermarks w ON w.conversation_id = mine.id AND mine.kind = 'direct' AND w.account_id <> $1
  WHERE w.shown_position > $2 AND w.shown_position <= $3 AND mine.to_seq IS NULL
  UNION ALL
  SELECT 'everyone', g.position, json_build_object('conversationId', mine.id, 'delivered', g.delivered, 'read', g.read)
  FROM mine CROSS JOIN LATERAL (${EVERYONE}) g WHERE ${ASKS_EVERYONE} AND mine.to_seq IS NULL AND g.position > $2 AND g.position <= $3),
 own AS (
  SELECT 'device', d.position, json_build_object('deviceId', d.id, 'name', d.name, 'revoked', d.revoked_at IS NOT NULL)
  FROM devices d WHERE d.account_id = $1 AND d.position > $2 AND d.position <= $3 AND $4::uuid IS NULL
  UNION ALL
  SELECT 'profile', a.position, json_build_object('accountId', a.id, 'name', a.name, 'about', a.about, 'avatar', a.avatar)
  FROM accounts a WHERE a.id = $1 AND a.position > $2 AND a.position <= $3 AND $4::uuid IS NULL
  UNION ALL
  SELECT 'follow', f.position, json_build_object('conversationId', f.channel_id, 'following', f.following)
  FROM channel_follows f WHERE f.account_id = $1 AND f.position > $2 AND f.position <= $3 AND $4::uuid IS NULL
  UNION ALL
  ${PREFERENCES}
  UNION ALL
  ${RELATIONS})
SELECT * FROM (SELECT * FROM entries UNION ALL SELECT * FROM receipts UNION ALL SELECT * FROM own) happened ORDER BY position LIMIT $5`;

export interface ReplayScope {
  readonly accountId: string;
  readonly conversationId: string | undefined;
}

const OVERTAKEN = `WITH mine AS MATERIALIZED (${CONVERSATIONS.replaceAll('$4', '$3')})
  SELECT m.id AS "conversationId", w.account_id AS "accountId", w.device_id AS "deviceId", w.delivered, w.read
  FROM mine m JOIN watermarks w ON w.conversation_id = m.id AND w.account_id = $1
  WHERE w.position > $2 AND m.to_seq IS NULL
  UNION ALL
  SELECT m.id, w.account_id, w.device_id, w.shown_delivered, CASE WHEN w.shown_read >= 0 THEN w.shown_read END
  FROM mine m JOIN watermarks w ON w.conversation_id = m.id AND m.kind = 'direct' AND w.account_id <> $1
  WHERE w.shown_position > $2 AND m.to_seq IS NULL`;

/**
 * Receipts that have moved on past \`upTo\`, as they are now. What they had said up to there is nowhere else: a row has its
 * last position alone, and the live receipt that moved it has only what moved.
 */
export async function overtakenReceipts(
  db: Db,
  { accountId, conversationId }: ReplayScope,
  upTo: Position,
): Promise<readonly ReplayRow[]> {
  const { rows } = await db.query<Omit<Extract<ReplayRow, { kind: 'watermark' }>, 'kind' | 'position'>>({
    name: 'overtaken_receipts',
    text: OVERTAKEN,
    values: [accountId, upTo, conversationId ?? null],
  });
  return rows.map((row) => ({ ...row, kind: 'watermark', position: upTo }));
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
  return rows.map(({ kind, position, body }) =>
    kind === 'entry'
      ? { kind, position: position as Position, entry: entryOfRow(body as unknown as EntryBody) }
      : ({ ...body, kind, position } as unknown as ReplayRow),
  );
}

type EntryBody = TimelineEntry & { readonly own: true | null };

function entryOfRow({ own, ...entry }: EntryBody): TimelineEntry {
  return own === true ? ownMembership(entry) : entry;
}

/** About how many updates a replay from `after` would give. */
export async function replaySize(db: Db, { accountId, conversationId }: ReplayScope, after: Position): Promise<number> {
  const { rows } = await db.query<{ size: bigint }>({
    name: 'replay_size',
    text: `SELECT coalesce(sum(greatest(0, coalesce(m.to_seq, c.head_seq + 1) - greatest(timeline_seq_after(c.id, CASE WHEN m.role = 'follower' THEN greatest(m.position, $2) ELSE $2 END), m.joined_seq))), 0) AS size
           FROM memberships m JOIN conversations c ON c.id = m.conversation_id
           WHERE m.account_id = $1 AND ($3::uuid IS NULL OR m.conversation_id = $3) AND c.last_position > $2`,
    values: [accountId, after, conversationId ?? null],
  });
  return Number(rows[0]?.size ?? 0);
}
