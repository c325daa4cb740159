import type pg from 'pg';

type Db = Pick<pg.Pool, 'query'>;

/** A conversation as its members see it; `lastAt` in milliseconds since the epoch. */
export interface ConversationView {
  readonly id: string;
  readonly kind: 'direct';
  readonly headSeq: number;
  readonly lastMessageSeq: number | null;
  readonly lastAt: number;
}

/** A membership holds for what has fromSeq <= seq < toSeq. */
export interface MemberView {
  readonly conversationId: string;
  readonly accountId: string;
  readonly fromSeq: number;
  readonly toSeq: number | null;
}

interface Row {
  id: string;
  kind: 'direct';
  head_seq: number;
  last_message_seq: number | null;
  last_at: Date;
}

const COLUMNS = 'c.id, c.kind, c.head_seq, c.last_message_seq, c.last_at';

/** Null for one that does not exist or that the account never was in. */
export async function conversationOf(db: Db, accountId: string, id: string): Promise<ConversationView | null> {
  const { rows } = await db.query<Row>({
    name: 'conversation_of',
    text: `SELECT ${COLUMNS} FROM conversations c
           WHERE c.id = $2 AND EXISTS (SELECT FROM memberships m WHERE m.conversation_id = c.id AND m.account_id = $1)`,
    values: [accountId, id],
  });
  return rows[0] === undefined ? null : viewOf(rows[0]);
}

/** The account's conversations, last activity first, beyond a place in that order. */
export async function conversationsPage(
  db: Db,
  accountId: string,
  page: { readonly limit: number; readonly after?: { readonly lastAt: number; readonly id: string } },
): Promise<readonly ConversationView[]> {
  const { limit, after } = page;
  const beyond = after === undefined ? '' : 'AND (c.last_at, c.id) < ($3, $4)';
  const { rows } = await db.query<Row>({
    text: `SELECT ${COLUMNS} FROM memberships m JOIN conversations c ON c.id = m.conversation_id
           WHERE m.account_id = $1 ${beyond} ORDER BY c.last_at DESC, c.id DESC LIMIT $2`,
    values: [accountId, limit, ...(after === undefined ? [] : [new Date(after.lastAt), after.id])],
  });
  return rows.map(viewOf);
}

/** By conversation, in the order of joining. For a DataLoader. */
export async function membersOfConversations(
  db: Db,
  ids: readonly string[],
): Promise<ReadonlyMap<string, readonly MemberView[]>> {
  const { rows } = await db.query<{
    conversation_id: string;
    account_id: string;
    from_seq: number;
    to_seq: number | null;
  }>({
    name: 'members_of_conversations',
    text: `SELECT conversation_id, account_id, from_seq, to_seq FROM memberships
           WHERE conversation_id = ANY ($1::uuid[]) ORDER BY conversation_id, from_seq, account_id`,
    values: [ids],
  });
  const members = rows.map((row) => ({
    conversationId: row.conversation_id,
    accountId: row.account_id,
    fromSeq: row.from_seq,
    toSeq: row.to_seq,
  }));
  return Map.groupBy(members, (member) => member.conversationId);
}

function viewOf(row: Row): ConversationView {
  return {
    id: row.id,
    kind: row.kind,
    headSeq: row.head_seq,
    lastMessageSeq: row.last_message_seq,
    lastAt: row.last_at.getTime(),
  };
}
