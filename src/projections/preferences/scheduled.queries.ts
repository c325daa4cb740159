import type pg from 'pg';
import type { ScheduledStatus } from '../../domain/preferences/index.js';

type Db = Pick<pg.Pool, 'query'>;

/** Instants in milliseconds since the epoch. */
export interface ScheduledView {
  readonly id: string;
  readonly accountId: string;
  readonly deviceId: string | null;
  readonly conversationId: string;
  readonly clientId: string;
  readonly at: number;
  /** Undefined: erased. */
  readonly content:
    | { readonly kind: 'text'; readonly text: string }
    | { readonly kind: 'sealed'; readonly algorithm: string; readonly payload: Buffer }
    | undefined;
  readonly status: ScheduledStatus;
  readonly seq: number | null;
  readonly reason: string | null;
}

interface Row {
  id: string;
  account_id: string;
  device_id: string | null;
  conversation_id: string;
  client_id: string;
  at: Date;
  kind: string;
  text: string | null;
  algorithm: string | null;
  payload: Buffer | null;
  status: ScheduledStatus;
  seq: number | null;
  reason: string | null;
}

const COLUMNS =
  'id, account_id, device_id, conversation_id, client_id, at, kind, text, algorithm, payload, status, seq, reason';
const DUE = `status IN ('waiting', 'released')`;

/** When the next one is to be sent; undefined when none is. */
export async function nextScheduled(db: Db): Promise<number | undefined> {
  const { rows } = await db.query<{ at: Date | null }>({
    name: 'next_scheduled',
    text: `SELECT min(at) AS at FROM scheduled_messages WHERE ${DUE}`,
  });
  return rows[0]?.at?.getTime();
}

/** Those that are to be sent by now, the earliest first. */
export async function dueScheduled(db: Db, now: number, limit: number): Promise<readonly ScheduledView[]> {
  const { rows } = await db.query<Row>({
    name: 'due_scheduled',
    text: `SELECT ${COLUMNS} FROM scheduled_messages WHERE ${DUE} AND at <= $1 ORDER BY at, position LIMIT $2`,
    values: [new Date(now), limit],
  });
  return rows.map(viewOf);
}

/** By id, of the account; null for others. */
export async function scheduledById(db: Db, accountId: string, id: string): Promise<ScheduledView | null> {
  const { rows } = await db.query<Row>({
    name: 'scheduled_by_id',
    text: `SELECT ${COLUMNS} FROM scheduled_messages WHERE id = $2 AND account_id = $1`,
    values: [accountId, id],
  });
  return rows[0] === undefined ? null : viewOf(rows[0]);
}

/** What the account has waiting, is being sent or failed; the next first; of one conversation or of all. */
export async function scheduledPage(
  db: Db,
  accountId: string,
  page: {
    readonly limit: number;
    readonly after?: { readonly at: number; readonly id: string };
    readonly conversationId?: string;
  },
): Promise<readonly ScheduledView[]> {
  const { rows } = await db.query<Row>({
    name: 'scheduled_page',
    text: `SELECT ${COLUMNS} FROM scheduled_messages WHERE account_id = $1 AND status IN ('waiting', 'released', 'failed')
             AND ($3::uuid IS NULL OR conversation_id = $3) AND ($4::timestamptz IS NULL OR (at, id) > ($4, $5::uuid))
           ORDER BY at, id LIMIT $2`,
    values: [
      accountId,
      page.limit,
      page.conversationId ?? null,
      page.after === undefined ? null : new Date(page.after.at),
      page.after?.id ?? null,
    ],
  });
  return rows.map(viewOf);
}

function viewOf(row: Row): ScheduledView {
  return {
    id: row.id,
    accountId: row.account_id,
    deviceId: row.device_id,
    conversationId: row.conversation_id,
    clientId: row.client_id,
    at: row.at.getTime(),
    content: contentOf(row),
    status: row.status,
    seq: row.seq,
    reason: row.reason,
  };
}

function contentOf({ kind, text, algorithm, payload }: Row): ScheduledView['content'] {
  if (kind === 'text') return text === null ? undefined : { kind, text };
  return { kind: 'sealed', algorithm: algorithm ?? '', payload: payload ?? Buffer.alloc(0) };
}
