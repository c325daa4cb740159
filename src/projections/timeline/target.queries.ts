import type pg from 'pg';
import type {
  ForwardSource,
  MessageContent,
  MessagePlace,
  SaidOnce,
  Target,
  TargetLookup,
  TargetRef,
} from '../../domain/messages/index.js';
import { ownChanges, withOwn, type Changeable } from './own.js';
import { visibleTo } from './visibility.js';

type Db = Pick<pg.Pool, 'query'>;

interface Row extends Changeable {
  head_seq: number | null;
  event_id: string | null;
  seq: number;
  author_id: string;
  at: Date;
  kind: Target['kind'];
  deleted: boolean;
  withheld: boolean;
  view_once: boolean;
  expires_at: Date | null;
  preview_seq: number | null;
  opened_by: string[] | null;
  emoji: string | null;
  vote: number[] | null;
  shown_emoji: string | null;
  shown_vote: number[] | null;
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
             t.deleted_at IS NOT NULL AS deleted, t.erased, t.withheld, t.view_once, t.expires_at, t.text, t.edited_seq, t.body - 'card' - 'place' - 'poll' AS body,
             CASE WHEN t.view_once THEN (SELECT array_agg(o.account_id) FROM view_once_openings o
               WHERE o.conversation_id = $1 AND o.target_seq = t.seq) END AS opened_by,
             CASE WHEN t.kind = 'text' THEN (SELECT max(p.seq) FROM timeline p WHERE p.conversation_id = $1 AND p.target_seq = t.seq
               AND p.kind IN ('message_edited', 'link_preview_added', 'location_updated') AND p.kind = 'link_preview_added') END AS preview_seq,
             (SELECT r.emoji FROM reactions r WHERE r.conversation_id = $1 AND r.target_seq = t.seq AND r.account_id = $3
               ORDER BY r.seq DESC LIMIT 1) AS emoji,
             (SELECT r.emoji FROM reactions r WHERE r.conversation_id = $1 AND r.target_seq = t.seq AND r.account_id = $3
               AND r.withheld = t.withheld) AS shown_emoji,
             CASE WHEN t.kind = 'poll' THEN (SELECT v.options FROM poll_votes v
               WHERE v.conversation_id = $1 AND v.target_seq = t.seq AND v.account_id = $3
               ORDER BY v.seq DESC LIMIT 1) END AS vote,
             CASE WHEN t.kind = 'poll' THEN (SELECT v.options FROM poll_votes v
               WHERE v.conversation_id = $1 AND v.target_seq = t.seq AND v.account_id = $3 AND v.withheld = t.withheld) END AS shown_vote,
             ${ownChanges('$3')}
           FROM (SELECT 1) one LEFT JOIN timeline t ON t.conversation_id = $1 AND t.${by} = $2 AND t.message`,
    values: [conversationId, key, account],
  });
  const [row] = rows;
  if (row?.event_id == null) return { revision: row?.head_seq ?? -1, target: undefined };
  return { revision: row.head_seq ?? -1, target: targetOf(row, row.event_id) };
}

function targetOf(found: Row, id: string): Target {
  const row = withOwn(found);
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
    editedSeq: row.edited_seq,
    editWithheld: row.edited_seq !== found.edited_seq,
    previewSeq: row.preview_seq,
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
    shown: { emoji: row.shown_emoji, vote: row.shown_vote ?? [] },
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

/** For everyone. */
export async function isDeletedMessage(db: Db, messageId: string): Promise<boolean> {
  const { rows } = await db.query({
    name: 'is_deleted_message',
    text: 'SELECT FROM timeline WHERE event_id = $1 AND deleted_at IS NOT NULL',
    values: [messageId],
  });
  return rows.length > 0;
}

interface ContentRow extends Changeable {
  event_id: string;
  device_id: string;
  kind: string;
  algorithm: string | null;
  payload: Buffer | null;
  hops: number | null;
  view_once: boolean;
}

const CONTENT =
  't.event_id, t.device_id, t.kind, t.text, t.algorithm, t.payload, t.body, t.hops, t.view_once, t.erased, t.edited_seq';

/** Of a message that is shown once; undefined when it says nothing any more. */
export async function saidOnce(db: Db, { conversationId, seq }: MessagePlace): Promise<SaidOnce | undefined> {
  const { rows } = await db.query<ContentRow>({
    name: 'said_once',
    text: `SELECT ${CONTENT} FROM timeline t WHERE t.conversation_id = $1 AND t.seq = $2 AND t.view_once`,
    values: [conversationId, seq],
  });
  const content = rows[0] === undefined ? undefined : contentOf(rows[0]);
  return content === undefined ? undefined : { content, deviceId: rows[0]!.device_id };
}

/** Those of the messages that the account may see, to be said again elsewhere. */
export async function forwardSources(
  db: Db,
  account: string,
  messageIds: readonly string[],
): Promise<readonly ForwardSource[]> {
  const { rows } = await db.query<ContentRow>({
    name: 'forward_sources',
    text: `SELECT ${CONTENT}, ${ownChanges('$1')} FROM timeline t WHERE t.event_id = ANY ($2::uuid[]) AND t.message AND ${visibleTo('$1')}`,
    values: [account, messageIds],
  });
  return rows.map(withOwn).map((row) => ({
    id: row.event_id,
    content: contentOf(row),
    hops: row.hops ?? 0,
    viewOnce: row.view_once,
  }));
}

function contentOf({ kind, text, algorithm, payload, body, erased }: ContentRow): MessageContent<string> | undefined {
  if (erased) return undefined;
  switch (kind) {
    case 'text':
      return { kind, text: text ?? '' };
    case 'sealed':
      return { kind, algorithm: algorithm ?? '', bytes: payload?.toString('base64') ?? '' };
    default:
      return { kind, ...body } as MessageContent<string>;
  }
}
