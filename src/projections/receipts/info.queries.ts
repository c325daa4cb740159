import type pg from 'pg';

type Db = Pick<pg.Pool, 'query'>;

/** How far a member has come, as far as it shows that, on the device that is furthest. */
export interface MemberReceiptView {
  readonly accountId: string;
  readonly joinedSeq: number;
  readonly delivered: number;
  readonly read: number;
  /** The last that it sent. */
  readonly sent: number;
}

export interface ReceiptsPage {
  readonly conversationId: string;
  readonly seq: number;
  readonly author: string;
  readonly limit: number;
  readonly after: { readonly joinedSeq: number; readonly accountId: string } | undefined;
}

const NIL = '00000000-0000-0000-0000-000000000000';
/** How far behind a message an answer to it is looked for. */
const REACH = 10_000;

/** The other members who were there when it was sent and still are, in the order of joining; of a channel none. */
export async function memberReceipts(db: Db, page: ReceiptsPage): Promise<readonly MemberReceiptView[]> {
  const { rows } = await db.query<MemberReceiptView>({
    name: 'member_receipts',
    text: `SELECT m.account_id AS "accountId", m.joined_seq AS "joinedSeq", coalesce(max(w.shown_delivered), -1) AS delivered,
             coalesce(max(w.shown_read), -1) AS read, coalesce(max(w.sent), -1) AS sent
           FROM memberships m JOIN conversations c ON c.id = m.conversation_id AND c.kind <> 'channel'
           LEFT JOIN watermarks w ON w.conversation_id = m.conversation_id AND w.account_id = m.account_id
           WHERE m.conversation_id = $1 AND m.to_seq IS NULL AND m.role <> 'follower' AND m.account_id <> $2 AND m.joined_seq < $3
             AND (m.joined_seq, m.account_id) > ($4, $5)
           GROUP BY m.account_id, m.joined_seq ORDER BY m.joined_seq, m.account_id LIMIT $6`,
    values: [
      page.conversationId,
      page.author,
      page.seq,
      page.after?.joinedSeq ?? -1,
      page.after?.accountId ?? NIL,
      page.limit,
    ],
  });
  return rows;
}

/** When each of the accounts first wrote something after it, in milliseconds since the epoch. */
export async function firstAnswers(
  db: Db,
  { conversationId, seq }: { readonly conversationId: string; readonly seq: number },
  accounts: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  if (accounts.length === 0) return new Map();
  const { rows } = await db.query<{ author_id: string; at: Date }>({
    name: 'first_answers',
    text: `SELECT t.author_id, t.at FROM (
             SELECT min(seq) AS seq FROM timeline WHERE conversation_id = $1 AND seq > $2 AND seq <= $2 + ${REACH} AND message AND NOT withheld
               AND author_id = ANY ($3::uuid[]) GROUP BY author_id) f
           JOIN timeline t ON t.conversation_id = $1 AND t.seq = f.seq`,
    values: [conversationId, seq, accounts],
  });
  return new Map(rows.map(({ author_id, at }) => [author_id, at.getTime()]));
}
