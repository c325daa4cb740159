import path from 'node:path';
import { advance, NOTHING, type ReceiptEvent, type Watermarks } from '../../domain/receipts/index.js';
import { streamId } from '../../domain/shared/streams.js';
import { projectRoot } from '../../platform/config/root.js';
import type { OpenedEvent, Projection } from '../kit/projection.js';

interface Row extends Watermarks {
  readonly conversation_id: string;
  readonly account_id: string;
  readonly device_id: string;
  /** Of the last receipt; null while only sending moved it. */
  readonly position: string;
  readonly at: number;
}

/** Watermarks by device: the highest of its receipts, and of what it sent itself. */
export const receiptsProjection: Projection = {
  id: 'receipts',
  version: 1,
  ddl: path.join(projectRoot, 'schema', 'sql', 'projections', 'receipts.v1.sql'),
  eventTypes: ['WatermarkAdvanced', 'MessageSent'],
  async project(batch, tx, schema) {
    const rows = new Map<string, Row>();
    for (const event of batch) {
      const change = changeOf(event);
      if (change === undefined) continue;
      const key = change.conversation_id + change.device_id;
      const before = rows.get(key);
      rows.set(key, before === undefined ? change : merge(before, change));
    }
    if (rows.size === 0) return;
    await tx.query({
      name: `${schema}_upsert`,
      text: `INSERT INTO ${schema}.watermarks AS w (conversation_id, account_id, device_id, delivered, read, position, at)
       SELECT conversation_id, account_id, device_id, delivered, read, position, to_timestamp(at / 1000.0)
       FROM json_to_recordset($1) AS r (conversation_id uuid, account_id uuid, device_id uuid, delivered int, read int, position bigint, at bigint)
       ON CONFLICT (conversation_id, account_id, device_id) DO UPDATE SET delivered = greatest(w.delivered, excluded.delivered),
         read = greatest(w.read, excluded.read), position = greatest(w.position, excluded.position), at = greatest(w.at, excluded.at)`,
      values: [JSON.stringify([...rows.values()])],
    });
  },
};

function changeOf(event: OpenedEvent): Row | undefined {
  const conversation_id = streamId(event.stream);
  const at = event.metadata.occurredAt;
  if (event.type === 'WatermarkAdvanced') {
    const { accountId, deviceId, ...command } = event.data as ReceiptEvent['data'];
    return {
      conversation_id,
      account_id: accountId,
      device_id: deviceId,
      ...advance(NOTHING, command),
      position: String(event.position),
      at,
    };
  }
  const { account, device } = event.metadata.actor ?? {};
  if (account === undefined || device === undefined) return undefined;
  return {
    conversation_id,
    account_id: account,
    device_id: device,
    delivered: event.revision,
    read: event.revision,
    position: '-1',
    at,
  };
}

function merge(before: Row, change: Row): Row {
  const position = BigInt(change.position) > BigInt(before.position) ? change.position : before.position;
  return { ...before, ...advance(before, change), position, at: Math.max(before.at, change.at) };
}
