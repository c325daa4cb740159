import type pg from 'pg';
import { keyColumns, told, type MessageKey } from './reactions.queries.js';

type Db = Pick<pg.Pool, 'query'>;

export interface PollView {
  /** By option: how many chose it. */
  readonly counts: ReadonlyMap<number, number>;
  readonly voters: number;
  /** What the viewer chose. */
  readonly mine: readonly number[];
  /** The newest 100 votes, the newest first; none where they are nobody's to know. */
  readonly votes: readonly { readonly accountId: string; readonly options: readonly number[] }[];
}

const NO_VOTES: PollView = { counts: new Map(), voters: 0, mine: [], votes: [] };

/** By message, in the order of the keys. For a DataLoader. */
export async function pollsOf(db: Db, keys: readonly MessageKey[]): Promise<PollView[]> {
  const { rows } = await db.query<{
    ord: bigint;
    voters: bigint;
    counts: Record<string, number> | null;
    mine: number[] | null;
    votes: { accountId: string; options: number[] }[] | null;
  }>({
    name: 'polls_of',
    text: `SELECT k.ord, v.voters, v.mine, v.votes,
             (SELECT json_object_agg(o.option, o.count) FROM (SELECT x.option, count(*) AS count FROM poll_votes v
                CROSS JOIN LATERAL jsonb_array_elements_text(v.options) x (option)
                WHERE v.conversation_id = k.id AND v.target_seq = k.seq AND ${told('k.viewer', 'v', 'poll_votes')} GROUP BY x.option) o) AS counts
           FROM unnest($1::uuid[], $2::uuid[], $3::int[]) WITH ORDINALITY AS k (id, viewer, seq, ord)
           CROSS JOIN LATERAL (SELECT count(*) AS voters, (json_agg(v.options) FILTER (WHERE v.account_id = k.viewer)) -> 0 AS mine,
               (SELECT json_agg(json_build_object('accountId', n.account_id, 'options', n.options)) FROM (SELECT * FROM poll_votes v
                  WHERE v.conversation_id = k.id AND v.target_seq = k.seq AND v.options <> '[]' AND ${told('k.viewer', 'v', 'poll_votes')}
                  ORDER BY v.seq DESC LIMIT 100) n WHERE t.body ->> 'votesVisible' = 'true') AS votes
             FROM poll_votes v JOIN timeline t ON t.conversation_id = k.id AND t.seq = k.seq
             WHERE v.conversation_id = k.id AND v.target_seq = k.seq AND v.options <> '[]' AND ${told('k.viewer', 'v', 'poll_votes')} GROUP BY t.body) v`,
    values: keyColumns(keys),
  });
  const found = new Map(
    rows.map(({ ord, voters, counts, mine, votes }) => [
      Number(ord),
      {
        counts: new Map(Object.entries(counts ?? {}).map(([option, count]) => [Number(option), count])),
        voters: Number(voters),
        mine: mine ?? [],
        votes: votes ?? [],
      },
    ]),
  );
  return keys.map((_key, index) => found.get(index + 1) ?? NO_VOTES);
}
