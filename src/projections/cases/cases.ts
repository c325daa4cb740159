import path from 'node:path';
import type pg from 'pg';
import type { CaseEvent } from '../../domain/cases/index.js';
import { streamId } from '../../domain/shared/streams.js';
import { projectRoot } from '../../platform/config/root.js';
import type { OpenedEvent, Projection } from '../kit/projection.js';

type DataOf<Type> = Extract<CaseEvent<unknown>, { readonly type: Type }>['data'];

/** Reports, for administrators. */
export const casesProjection: Projection = {
  id: 'cases',
  version: 2,
  ddl: path.join(projectRoot, 'schema', 'sql', 'projections', 'cases.v2.sql'),
  eventTypes: ['CaseOpened', 'CaseClosed'],
  async project(batch, tx, schema) {
    await insertCases(
      tx,
      schema,
      batch.filter(({ type }) => type === 'CaseOpened'),
    );
    await closeCases(
      tx,
      schema,
      batch.filter(({ type }) => type === 'CaseClosed'),
    );
  },
};

async function insertCases(tx: pg.PoolClient, schema: string, opened: readonly OpenedEvent[]): Promise<void> {
  if (opened.length === 0) return;
  const rows = opened.map((event) => {
    const { reporterId, accountId, conversationId, reason } = event.data as DataOf<'CaseOpened'>;
    return {
      id: streamId(event.stream),
      reporter_id: reporterId,
      account_id: accountId,
      conversation_id: conversationId,
      reason,
      comment: event.opened['comment'] ?? undefined,
      evidence: event.opened['evidence'] ?? undefined,
      status: 'open',
      opened_at: at(event),
      position: String(event.position),
    };
  });
  await tx.query(
    `INSERT INTO ${schema}.cases (id, reporter_id, account_id, conversation_id, reason, comment, evidence, status, opened_at, position)
     SELECT id, reporter_id, account_id, conversation_id, reason, comment, evidence, status, opened_at, position
     FROM json_to_recordset($1) AS r (id uuid, reporter_id uuid, account_id uuid, conversation_id uuid, reason text, comment text,
       evidence text, status text, opened_at timestamptz, position bigint) ON CONFLICT (id) DO NOTHING`,
    [JSON.stringify(rows)],
  );
}

/** The place in the list stays that of the report. */
async function closeCases(tx: pg.PoolClient, schema: string, closed: readonly OpenedEvent[]): Promise<void> {
  if (closed.length === 0) return;
  const rows = closed.map((event) => ({
    id: streamId(event.stream),
    status: (event.data as DataOf<'CaseClosed'>).verdict,
    closed_at: at(event),
    closed_by: event.metadata.actor?.account,
    note: event.opened['note'] ?? undefined,
  }));
  await tx.query(
    `UPDATE ${schema}.cases c SET status = r.status, closed_at = r.closed_at, closed_by = r.closed_by, note = r.note
     FROM json_to_recordset($1) AS r (id uuid, status text, closed_at timestamptz, closed_by uuid, note text)
     WHERE c.id = r.id AND c.status = 'open'`,
    [JSON.stringify(rows)],
  );
}

function at({ metadata }: OpenedEvent): string {
  return new Date(metadata.occurredAt).toISOString();
}
