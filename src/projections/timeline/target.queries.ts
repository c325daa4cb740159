import type pg from 'pg';
import type { MessagePlace, Target, TargetLookup, TargetRef } from '../../domain/messages/index.js';

type Db = Pick<pg.Pool, 'query'>;

interface Row {
  head_seq: number | null;
  event_id: string | null;
  seq: number;
  author_id: string;
  at: Date;
  kind: Target['kind'];
  deleted: boolean;
  erased: boolean;
  withheld: boolean;
  view_once: boolean;
  expires_at: Date | null;
  text: string | null;
  body: Record<string, unknown> | null;
  opened_by: string[] | null;
  emoji: string | null;
  vote: number[] | null;
}

/** The message as commands of one account must know it, and the revision that the conversation was projected up to. */
export async function findTarget(
  db: Db,
  conversationId: string,
  ref: TargetRef,
  account: string,
): Promise<TargetLookup> {
  const [by, key] = 'seq' in ref ? (['seq', ref.seq] as const) : (['event_id', ref.id] as const);
  const { rows } = await db.query<Row>({
    name: `target_by_${by}`,
    text: `SELECT (SELECT head_seq FROM conversations WHERE id = $1) AS head_seq, t.event_id, t.seq, t.author_id, t.at, t.kind,
             t.deleted_at IS NOT NULL AS deleted, t.erased, t.withheld, t.view_once, t.expires_at, t.text, t.body - 'card' - 'place' - 'poll' AS body,
             CASE WHEN t.view_once THEN (SELECT array_agg(o.account_id) FROM view_once_openings o
               WHERE o.conversation_id = $1 AND o.target_seq = t.seq) END AS opened_by,
             (SELECT r.emoji FROM reactions r WHERE r.conversation_id = $1 AND r.target_seq = t.seq AND r.account_id = $3) AS emoji,
             CASE WHEN t.kind = 'poll' THEN (SELECT v.options FROM poll_votes v
               WHERE v.conversation_id = $1 AND v.target_seq = t.seq AND v.account_id = $3) END AS vote
           FROM (SELECT 1) one LEFT JOIN timeline t ON t.conversation_id = $1 AND t.${by} = $2 AND t.message`,
    values: [conversationId, key, account],
  });
  const [row] = rows;
  if (row?.event_id == null) return { revision: row?.head_seq ?? -1, target: undefined };
  return { revision: row.head_seq ?? -1, target: targetOf(row, row.event_id) };
}

function targetOf(row: Row, id: string): Target {
  const { body } = row;
  const at = row.at.getTime();
  return {
    id,
    seq: row.seq,
    authorId: row.author_id,
    at,
    kind: row.kind,
    deleted: row.deleted,
    gone: row.erased,
    withheld: row.withheld,
    viewOnce: row.view_once,
    expiresAt: row.expires_at?.getTime() ?? null,
    text: row.text,
    poll:
      row.kind === 'poll' && body !== null
        ? {
            options: body['options'] as number,
            multiple: body['multiple'] === true,
            votesVisible: body['votesVisible'] === true,
            closesAt: (body['closesAt'] as number | undefined) ?? null,
            closed: body['closedAt'] !== undefined,
          }
        : null,
    live:
      row.kind === 'location' && body?.['liveUntil'] !== undefined
        ? {
            until: body['liveUntil'] as number,
            ended: body['endedAt'] !== undefined,
            changedAt: (body['placeAt'] as number | undefined) ?? at,
          }
        : null,
    openedBy: row.opened_by ?? [],
    emoji: row.emoji,
    vote: row.vote ?? [],
  };
}

/** Where a message is, whoever may see it. */
export async function messagePlace(db: Db, messageId: string): Promise<MessagePlace | undefined> {
  const { rows } = await db.query<{ conversation_id: string; seq: number }>({
    name: 'message_place',
    text: 'SELECT conversation_id, seq FROM timeline WHERE event_id = $1 AND message',
    values: [messageId],
  });
  return rows[0] === undefined ? undefined : { conversationId: rows[0].conversation_id, seq: rows[0].seq };
}
