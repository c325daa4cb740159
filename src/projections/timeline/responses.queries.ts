import type pg from 'pg';
import { told, type MessageKey } from './reactions.queries.js';

type Db = Pick<pg.Pool, 'query'>;

/** The largest that the column can hold. */
const MAX_SEQ = 2 ** 31 - 1;

/** A page of what was done about a message, the newest first. `before`: the place of the last that is known already. */
export interface ResponsesPage<Only> extends MessageKey {
  readonly only: Only | undefined;
  readonly before: number | undefined;
  readonly limit: number;
}

/** `seq`: its place in the conversation; `at` in milliseconds since the epoch. */
interface Response {
  readonly accountId: string;
  readonly seq: number;
  readonly at: number;
}

export interface ReactionGiven extends Response {
  readonly emoji: string;
}

export interface VoteCast extends Response {
  readonly options: readonly number[];
}

/** As the viewer was told of them. `only`: of this emoji. */
export async function reactionsPage(db: Db, page: ResponsesPage<string>): Promise<readonly ReactionGiven[]> {
  return pageOf<ReactionGiven>(db, 'reactions_page', page, {
    from: 'reactions',
    what: 'r.emoji',
    given: 'r.emoji IS NOT NULL AND ($4::text IS NULL OR r.emoji = $4)',
  });
}

/** As the viewer was told of them; whether votes are anybody's to know is not looked at. `only`: for this option. */
export async function votesPage(db: Db, page: ResponsesPage<number>): Promise<readonly VoteCast[]> {
  return pageOf<VoteCast>(db, 'votes_page', page, {
    from: 'poll_votes',
    what: 'r.options',
    given: "r.options <> '[]' AND ($4::int IS NULL OR r.options @> to_jsonb($4::int))",
  });
}

async function pageOf<R extends Response>(
  db: Db,
  name: string,
  { conversationId, viewer, seq, only, before, limit }: ResponsesPage<string | number>,
  { from, what, given }: { readonly from: 'reactions' | 'poll_votes'; readonly what: string; readonly given: string },
): Promise<readonly R[]> {
  const { rows } = await db.query<Omit<R, 'at'> & { at: Date }>({
    name,
    text: `SELECT r.account_id AS "accountId", r.seq, ${what}, e.at FROM ${from} r
           JOIN timeline e ON e.conversation_id = r.conversation_id AND e.seq = r.seq
           WHERE r.conversation_id = $1 AND r.target_seq = $3 AND r.seq < $5 AND ${given} AND ${told('$2', 'r', from)}
           ORDER BY r.seq DESC LIMIT $6`,
    values: [conversationId, viewer, seq, only ?? null, Math.min(before ?? MAX_SEQ, MAX_SEQ), limit],
  });
  return rows.map((row) => ({ ...row, at: row.at.getTime() }) as unknown as R);
}
