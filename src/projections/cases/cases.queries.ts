import type pg from 'pg';
import type { CaseVerdict, Evidence, ReportReason } from '../../domain/cases/index.js';

type Db = Pick<pg.Pool, 'query'>;

export type CaseStatus = 'open' | CaseVerdict;
export type ReportedMessageView = Pick<Evidence, 'id' | 'seq' | 'at' | 'kind' | 'text' | 'body'>;

/** Times in milliseconds since the epoch. Texts are null when there is none, or erased. */
export interface CaseView {
  readonly id: string;
  readonly status: CaseStatus;
  readonly reporterId: string;
  readonly accountId: string;
  readonly conversationId: string | null;
  readonly reason: ReportReason;
  readonly comment: string | null;
  readonly evidence: readonly ReportedMessageView[];
  readonly openedAt: number;
  readonly closedAt: number | null;
  readonly closedBy: string | null;
  readonly note: string | null;
  readonly position: bigint;
}

interface Row {
  id: string;
  status: CaseStatus;
  reporter_id: string;
  account_id: string;
  conversation_id: string | null;
  reason: ReportReason;
  comment: string | null;
  evidence: string | null;
  opened_at: Date;
  closed_at: Date | null;
  closed_by: string | null;
  note: string | null;
  position: bigint;
}

/** Those of a status in the order of their reports, beyond a position. */
export async function casesPage(
  db: Db,
  status: CaseStatus,
  { limit, after }: { readonly limit: number; readonly after: bigint },
): Promise<readonly CaseView[]> {
  const { rows } = await db.query<Row>({
    name: 'cases_page',
    text: 'SELECT * FROM cases WHERE status = $1 AND position > $2 ORDER BY position LIMIT $3',
    values: [status, after, limit],
  });
  return rows.map(viewOf);
}

export async function caseById(db: Db, id: string): Promise<CaseView | null> {
  const { rows } = await db.query<Row>('SELECT * FROM cases WHERE id = $1', [id]);
  return rows[0] === undefined ? null : viewOf(rows[0]);
}

function viewOf(row: Row): CaseView {
  const { id, status, reason, comment, note, position } = row;
  return {
    id,
    status,
    reporterId: row.reporter_id,
    accountId: row.account_id,
    conversationId: row.conversation_id,
    reason,
    comment,
    evidence: row.evidence === null ? [] : (JSON.parse(row.evidence) as ReportedMessageView[]),
    openedAt: row.opened_at.getTime(),
    closedAt: row.closed_at?.getTime() ?? null,
    closedBy: row.closed_by,
    note,
    position,
  };
}
