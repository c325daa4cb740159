import type pg from 'pg';
import type { ScheduledChange, ScheduledRow } from './fold.js';

export async function insertScheduled(tx: pg.PoolClient, schema: string, rows: readonly ScheduledRow[]): Promise<void> {
  if (rows.length === 0) return;
  const values = rows.map(
    ({ id, accountId, deviceId, conversationId, clientId, at, text, content, fingerprint, position }) => ({
      id,
      account_id: accountId,
      device_id: deviceId,
      conversation_id: conversationId,
      client_id: clientId,
      at: new Date(at).toISOString(),
      kind: content.kind,
      text,
      algorithm: content.kind === 'sealed' ? content.algorithm : null,
      payload: content.kind === 'sealed' ? content.bytes : null,
      fingerprint,
      position: String(position),
    }),
  );
  await tx.query(
    `INSERT INTO ${schema}.scheduled_messages (id, account_id, device_id, conversation_id, client_id, at, kind, text, algorithm, payload,
       fingerprint, status, position)
     SELECT id, account_id, device_id, conversation_id, client_id, at, kind, text, algorithm, decode(payload, 'base64'), fingerprint, 'waiting',
       position
     FROM json_to_recordset($1) AS r (id uuid, account_id uuid, device_id uuid, conversation_id uuid, client_id text, at timestamptz, kind text,
       text text, algorithm text, payload text, fingerprint text, position bigint)
     ON CONFLICT (id) DO NOTHING`,
    [JSON.stringify(values)],
  );
}

export async function changeScheduled(
  tx: pg.PoolClient,
  schema: string,
  changes: readonly ScheduledChange[],
): Promise<void> {
  if (changes.length === 0) return;
  await tx.query(
    `UPDATE ${schema}.scheduled_messages s SET status = r.status, seq = r.seq, reason = r.reason, position = r.position
     FROM unnest($1::uuid[], $2::text[], $3::int[], $4::text[], $5::int8[]) AS r (id, status, seq, reason, position) WHERE s.id = r.id`,
    [
      changes.map(({ id }) => id),
      changes.map(({ status }) => status),
      changes.map(({ seq }) => seq),
      changes.map(({ reason }) => reason),
      changes.map(({ position }) => position),
    ],
  );
}
