import path from 'node:path';
import { shownOf, advance, NOTHING, type ChannelReadEvent, type ReceiptEvent } from '../../domain/receipts/index.js';
import { streamId } from '../../domain/shared/streams.js';
import { projectRoot } from '../../platform/config/root.js';
import type { OpenedEvent, Projection } from '../kit/projection.js';

const MARKS = [
  'delivered',
  'read',
  'position',
  'shown_delivered',
  'shown_read',
  'shown_position',
  'sent',
  'at',
] as const;

/** Each column only grows. Positions fit a double for longer than a log lives: 2^53 of them. */
interface Row extends Record<(typeof MARKS)[number], number> {
  readonly conversation_id: string;
  readonly account_id: string;
  readonly device_id: string;
}

/** Watermarks by device: the highest of its receipts, of what it sent itself, and of where it began to follow a channel. */
export const receiptsProjection: Projection = {
  id: 'receipts',
  version: 2,
  ddl: path.join(projectRoot, 'schema', 'sql', 'projections', 'receipts.v2.sql'),
  eventTypes: ['WatermarkAdvanced', 'ChannelRead', 'ChannelFollowed', 'MessageSent'],
  async project(batch, tx, schema) {
    const rows = new Map<string, Row>();
    for (const event of batch) {
      const change = changeOf(event);
      if (change === undefined) continue;
      const key = change.conversation_id + change.device_id;
      const before = rows.get(key);
      if (before === undefined) rows.set(key, change);
      else for (const mark of MARKS) before[mark] = Math.max(before[mark], change[mark]);
    }
    if (rows.size === 0) return;
    await tx.query({
      name: `${schema}_upsert`,
      text: `INSERT INTO ${schema}.watermarks AS w (conversation_id, account_id, device_id, delivered, read, position,
         shown_delivered, shown_read, shown_position, sent, at)
       SELECT conversation_id, account_id, device_id, delivered, read, position, shown_delivered, shown_read, shown_position, sent, to_timestamp(at / 1000.0)
       FROM json_to_recordset($1) AS r (conversation_id uuid, account_id uuid, device_id uuid, delivered int, read int, position bigint,
         shown_delivered int, shown_read int, shown_position bigint, sent int, at bigint)
       ON CONFLICT (conversation_id, account_id, device_id) DO UPDATE SET ${MARKS.map((mark) => `${mark} = greatest(w.${mark}, excluded.${mark})`).join(', ')}`,
      values: [JSON.stringify([...rows.values()])],
    });
  },
};

function changeOf(event: OpenedEvent): Row | undefined {
  const conversation_id = streamId(event.stream);
  const at = event.metadata.occurredAt;
  if (event.type === 'WatermarkAdvanced') {
    const data = event.data as ReceiptEvent['data'];
    const shown = shownOf(data);
    const position = Number(event.position);
    return {
      conversation_id,
      account_id: data.accountId,
      device_id: data.deviceId,
      ...advance(NOTHING, data),
      position,
      shown_delivered: shown?.delivered ?? -1,
      shown_read: shown?.read ?? -1,
      shown_position: shown === undefined ? -1 : position,
      sent: -1,
      at,
    };
  }
  if (event.type === 'ChannelRead') {
    const { channelId, deviceId, upTo } = event.data as ChannelReadEvent['data'];
    const row = untold(channelId, conversation_id, deviceId, upTo, at);
    return { ...row, position: Number(event.position) };
  }
  const { account, device } = event.metadata.actor ?? {};
  if (account === undefined || device === undefined) return undefined;
  if (event.type === 'ChannelFollowed') {
    const { channelId, head } = event.data as { readonly channelId: string; readonly head?: number };
    return head === undefined ? undefined : untold(channelId, account, device, head, at);
  }
  const seq = event.revision;
  const sent = (event.data as { readonly withheld?: true }).withheld === true ? -1 : seq;
  return { ...untold(conversation_id, account, device, seq, at), shown_delivered: sent, sent };
}

/** Read up to there, of which nobody else is told. */
function untold(conversation: string, account: string, device: string, seq: number, at: number): Row {
  return {
    conversation_id: conversation,
    account_id: account,
    device_id: device,
    delivered: seq,
    read: seq,
    position: -1,
    shown_delivered: -1,
    shown_read: -1,
    shown_position: -1,
    sent: -1,
    at,
  };
}
