import type pg from 'pg';
import {
  DEFAULT_SETTINGS,
  type AdminTerm,
  type Conversation,
  type ConversationKind,
  type ConversationSnapshot,
  type FormerMembership,
  type GroupSettings,
  type InviteLink,
  type KnownLookup,
  type KnownMessage,
  type Member,
  type RecipientPeriod,
  type Role,
} from '../../domain/conversations/index.js';
import { NOTHING, type Watermarks } from '../../domain/receipts/index.js';
import type { Position } from '../../platform/eventStore/port.js';

type Db = Pick<pg.Pool, 'query'>;

/** Memberships that ended further back than this are of no use to who follows the log. */
const RECENT_REVISIONS = 10_000;
/** Of a membership that ended: by its last event. */
export const WAS_REMOVED = `(m.to_seq IS NOT NULL AND EXISTS (SELECT FROM timeline t
  WHERE t.conversation_id = m.conversation_id AND t.seq = m.to_seq - 1 AND t.kind = 'member_removed'))`;

interface MembershipRow {
  account_id: string;
  role: Role;
  from_seq: number;
  joined_seq: number;
  to_seq: number | null;
  removed: true | null;
}

interface PeriodRow {
  account_id: string;
  from_seq: number;
  to_seq: number | null;
}

interface LinkRow {
  link_id: string;
  token_hash: string;
  created_by: string;
  expires_at: string | null;
  max_uses: number | null;
  uses: number;
}

/** The conversation as the read model has it: what a command folds the stream's tail onto. */
export async function conversationSnapshot(db: Db, id: string): Promise<ConversationSnapshot | undefined> {
  const { rows } = await db.query<{
    kind: ConversationKind;
    head_seq: number;
    last_message_seq: number | null;
    last_at: Date;
    settings: GroupSettings | null;
    timer_seconds: number | null;
    members: MembershipRow[];
    links: LinkRow[] | null;
    requests: { account_id: string; link_id: string | null }[] | null;
    pins: number[] | null;
    own_pins: Conversation['ownPins'] | null;
    recipients: PeriodRow[] | null;
    terms: PeriodRow[] | null;
    groups: { group_id: string; link_seq: number; linked: boolean; since_seq: number }[] | null;
    community: { id: string; link: number } | null;
  }>({
    name: 'conversation_snapshot',
    text: `SELECT c.kind, c.head_seq, c.last_message_seq, c.last_at, c.settings, c.timer_seconds,
             (SELECT json_agg(json_build_object('account_id', m.account_id, 'role', m.role, 'from_seq', m.from_seq, 'joined_seq', m.joined_seq,
                'to_seq', m.to_seq, 'removed', CASE WHEN ${WAS_REMOVED} THEN true END) ORDER BY m.joined_seq, m.account_id) FROM memberships m WHERE m.conversation_id = c.id
                AND m.role <> 'follower' AND (m.to_seq IS NULL OR m.to_seq > c.head_seq - ${RECENT_REVISIONS})) AS members,
             (SELECT json_agg(a ORDER BY a.from_seq) FROM admin_terms a WHERE a.conversation_id = c.id
                AND (a.to_seq IS NULL OR a.to_seq > c.head_seq - ${RECENT_REVISIONS})) AS terms,
             (SELECT json_agg(l) FROM invite_links l WHERE l.conversation_id = c.id AND l.revoked_at IS NULL) AS links,
             (SELECT json_agg(r) FROM join_requests r WHERE r.conversation_id = c.id AND r.open) AS requests,
             (SELECT json_agg(p.target_seq ORDER BY p.seq) FROM pins p WHERE p.conversation_id = c.id AND p.pinned AND p.only_for IS NULL) AS pins,
             (SELECT json_agg(json_build_object('account', o.only_for, 'target', o.target_seq, 'pinned', o.pinned) ORDER BY o.seq) FROM pins o
                LEFT JOIN pins p ON p.conversation_id = c.id AND p.target_seq = o.target_seq AND p.only_for IS NULL
                WHERE o.conversation_id = c.id AND o.only_for IS NOT NULL AND o.pinned <> coalesce(p.pinned, false) AND o.seq > coalesce(p.seq, -1)) AS own_pins,
             CASE WHEN c.kind = 'broadcast' THEN (SELECT json_agg(b ORDER BY b.from_seq) FROM broadcast_recipients b WHERE b.conversation_id = c.id) END AS recipients,
             CASE WHEN c.kind = 'community' THEN (SELECT json_agg(g ORDER BY g.since_seq) FROM community_groups g WHERE g.community_id = c.id) END AS groups,
             CASE WHEN c.kind = 'group' THEN (SELECT json_build_object('id', g.community_id, 'link', g.seq) FROM group_communities g WHERE g.group_id = c.id AND g.linked) END AS community
           FROM conversations c WHERE c.id = $1`,
    values: [id],
  });
  const [row] = rows;
  if (row === undefined) return undefined;
  const members = new Map<string, Member>();
  const left = new Map<string, FormerMembership[]>();
  for (const { account_id, role, from_seq: from, joined_seq: joinedAt, to_seq: to, removed } of row.members) {
    if (to === null) members.set(account_id, { role, from, joinedAt });
    else
      left.set(account_id, [
        ...(left.get(account_id) ?? []),
        { from, joinedAt, to, ...(removed === true && { removed }) },
      ]);
  }
  return {
    state: {
      kind: row.kind,
      members,
      left,
      adminTerms: periodsOf(row.terms ?? []),
      settings: row.settings ?? DEFAULT_SETTINGS,
      links: new Map(row.links?.map((link) => [link.link_id, linkOf(link)])),
      requests: new Map(row.requests?.map(({ account_id, link_id }) => [account_id, { linkId: link_id ?? undefined }])),
      pins: row.pins ?? [],
      ownPins: row.own_pins ?? [],
      recipients: periodsOf(row.recipients ?? []),
      groups: new Map(
        row.groups?.map(({ group_id, link_seq: link, linked, since_seq: since }) => [
          group_id,
          { link, linked, since },
        ]),
      ),
      community: row.community,
      timerSeconds: row.timer_seconds,
      lastAt: row.last_message_seq === null ? 0 : row.last_at.getTime(),
    },
    revision: row.head_seq,
  };
}

function periodsOf(rows: readonly PeriodRow[]): ReadonlyMap<string, readonly (RecipientPeriod & AdminTerm)[]> {
  const periods = Map.groupBy(rows, (row) => row.account_id);
  return new Map([...periods].map(([id, of]) => [id, of.map(({ from_seq: from, to_seq: to }) => ({ from, to }))]));
}

function linkOf({ token_hash, created_by, expires_at, max_uses, uses }: LinkRow): InviteLink {
  return {
    tokenHash: token_hash,
    createdBy: created_by,
    expiresAt: expires_at === null ? null : Date.parse(expires_at),
    maxUses: max_uses,
    uses,
  };
}

/** Whether the account is not in the conversation because an admin removed it, however long ago. */
export async function isRemovedMember(db: Db, conversationId: string, account: string): Promise<boolean> {
  const { rows } = await db.query<{ removed: boolean }>({
    name: 'is_removed_member',
    text: `SELECT ${WAS_REMOVED} AS removed FROM memberships m WHERE m.conversation_id = $1 AND m.account_id = $2 AND m.role <> 'follower'
           ORDER BY m.joined_seq DESC LIMIT 1`,
    values: [conversationId, account],
  });
  return rows[0]?.removed ?? false;
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
export async function deviceWatermarks(
  db: Db,
  conversationId: string,
  accountId: string,
  deviceId: string,
): Promise<Watermarks> {
  const { rows } = await db.query<Watermarks>({
    name: 'device_watermarks',
    text: 'SELECT delivered, read FROM watermarks WHERE conversation_id = $1 AND account_id = $2 AND device_id = $3',
    values: [conversationId, accountId, deviceId],
  });
  return rows[0] ?? NOTHING;
}
