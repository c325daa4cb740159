import path from 'node:path';
import type { CaseEvent } from '../../domain/cases/index.js';
import { streamId } from '../../domain/shared/streams.js';
import { projectRoot } from '../../platform/config/root.js';
import type { Projection } from '../kit/projection.js';

/** Reports, for moderators. */
export const casesProjection: Projection = {
  id: 'cases',
  version: 1,
  ddl: path.join(projectRoot, 'schema', 'sql', 'projections', 'cases.v1.sql'),
  eventTypes: ['CaseOpened'],
  async project(batch, tx, schema) {
    const rows = batch.map((event) => {
      const { reporterId, accountId, conversationId, reason } = event.data as CaseEvent<unknown>['data'];
      return {
        id: streamId(event.stream),
        reporter_id: reporterId,
        account_id: accountId,
        conversation_id: conversationId,
        reason,
        comment: event.opened['comment'] ?? undefined,
        evidence: event.opened['evidence'] ?? undefined,
        status: 'open',
        opened_at: new Date(event.metadata.occurredAt).toISOString(),
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
  },
};
