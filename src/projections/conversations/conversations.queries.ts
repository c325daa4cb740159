import type pg from 'pg';
import type { ConversationKind, GroupSettings, Role } from '../../domain/conversations/index.js';
import { visibleTo } from '../timeline/visibility.js';

type Db = Pick<pg.Pool, 'query'>;

/**
 * A conversation as one account sees it: a former member up to its leaving. `lastAt` in milliseconds since the epoch.
 * `role` null: no member any more.
 */
export interface ConversationView {
  readonly id: string;
  readonly kind: ConversationKind;
  readonly headSeq: number;
  readonly lastAt: number;
  readonly name: string | null;
  readonly description: string | null;
  readonly avatar: string | null;
  readonly settings: GroupSettings | null;
  readonly timerSeconds: number | null;
  readonly role: Role | 'follower' | null;
}

interface Row {
  id: string;
  kind: ConversationKind;
  head_seq: number;
  last_at: Date;
  name: string | null;
  description: string | null;
  avatar: string | null;
  settings: GroupSettings | null;
  timer_seconds: number | null;
  role: Role | 'follower' | null;
}

/** The account's newest membership of each conversation that it ever was in; the account is $1. */
const MINE = `(SELECT DISTINCT ON (conversation_id) * FROM memberships WHERE account_id = $1 ORDER BY conversation_id, to_seq IS NULL DESC, joined_seq DESC) m`;
const LAST_AT = 'least(greatest(c.shown_at, m.own_at), m.left_at)';
/** Not yet for whom all of it is withheld. */
const SHOWN = '(c.shown_seq >= 0 OR m.own_seq IS NOT NULL)';
const COLUMNS = `c.id, c.kind, greatest(0, least(greatest(c.shown_seq, m.own_seq), m.to_seq - 1)) AS head_seq, ${LAST_AT} AS last_at, c.timer_seconds,
  CASE WHEN m.to_seq IS NULL THEN m.role END AS role,
  CASE WHEN m.to_seq IS NULL THEN c.name ELSE m.left_info ->> 'name' END AS name,
  CASE WHEN m.to_seq IS NULL THEN c.description ELSE m.left_info ->> 'description' END AS description,
  CASE WHEN m.to_seq IS NULL THEN c.avatar ELSE m.left_info ->> 'avatar' END AS avatar,
  CASE WHEN m.to_seq IS NULL THEN c.settings ELSE m.left_info -> 'settings' END AS settings`;

/** Null for one that does not exist or that the account never was in. */
export async function conversationOf(db: Db, accountId: string, id: string): Promise<ConversationView | null> {
  const { rows } = await db.query<Row>({
    name: 'conversation_of',
    text: `SELECT ${COLUMNS} FROM memberships m JOIN conversations c ON c.id = m.conversation_id
           WHERE m.account_id = $1 AND m.conversation_id = $2 ORDER BY m.to_seq IS NULL DESC, m.joined_seq DESC LIMIT 1`,
    values: [accountId, id],
  });
  return rows[0] === undefined ? null : viewOf(rows[0]);
}

/** A place in the list; `pinnedAt` 0 for a chat that is not pinned. */
export interface ListPlace {
  readonly pinnedAt: number;
  readonly lastAt: number;
  readonly id: string;
}

export interface ListedConversation extends ConversationView {
  readonly pinnedAt: number;
}

/** What was deleted is back with the next message that the account may see, or when it joins anew. Asked for in order, it is found by the key. */
const LISTED = `(coalesce(p.deleted_to, -1) < 0 OR m.joined_seq > p.deleted_to OR (c.last_message_seq > p.deleted_to AND (SELECT t.seq FROM timeline t
  WHERE t.conversation_id = c.id AND t.seq > p.deleted_to AND t.message AND ${visibleTo('$1', 'c.id')} ORDER BY t.seq LIMIT 1) IS NOT NULL))`;
const PINNED_AT = `coalesce((extract(epoch FROM p.pinned_at) * 1000)::bigint, 0)`;

/** The account's conversations: pinned ones first, the last pinned on top, then by last activity; beyond a place in that order. */
export async function conversationsPage(
  db: Db,
  accountId: string,
  page: {
    readonly limit: number;
    readonly after?: ListPlace;
    /** Only those that are archived, or are not; undefined: all. */
    readonly archived?: boolean;
  },
): Promise<readonly ListedConversation[]> {
  const { limit, after, archived } = page;
  const beyond =
    after === undefined ? '' : `AND (${PINNED_AT}, ${LAST_AT}, c.id) < ($4::bigint, $5::timestamptz, $6::uuid)`;
  const { rows } = await db.query<Row & { pinned: bigint }>({
    text: `SELECT ${COLUMNS}, ${PINNED_AT} AS pinned FROM ${MINE} JOIN conversations c ON c.id = m.conversation_id
           LEFT JOIN chat_preferences p ON p.account_id = $1 AND p.conversation_id = c.id
           WHERE ($3::boolean IS NULL OR coalesce(p.archived, false) = $3) AND ${SHOWN} AND ${LISTED} ${beyond}
           ORDER BY ${PINNED_AT} DESC, ${LAST_AT} DESC, c.id DESC LIMIT $2`,
    values: [
      accountId,
      limit,
      archived ?? null,
      ...(after === undefined ? [] : [after.pinnedAt, new Date(after.lastAt), after.id]),
    ],
  });
  return rows.map((row) => ({ ...viewOf(row), pinnedAt: Number(row.pinned) }));
}

export async function kindOfConversation(db: Db, id: string): Promise<ConversationKind | null> {
  const { rows } = await db.query<{ kind: ConversationKind }>({
    name: 'kind_of_conversation',
    text: 'SELECT kind FROM conversations WHERE id = $1',
    values: [id],
  });
  return rows[0]?.kind ?? null;
}

function viewOf(row: Row): ConversationView {
  return {
    id: row.id,
    kind: row.kind,
    headSeq: row.head_seq,
    lastAt: row.last_at.getTime(),
    name: row.name,
    description: row.description,
    avatar: row.avatar,
    settings: row.settings,
    timerSeconds: row.timer_seconds,
    role: row.role,
  };
}
