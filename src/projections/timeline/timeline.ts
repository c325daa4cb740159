import path from 'node:path';
import type pg from 'pg';
import { streamId } from '../../domain/shared/streams.js';
import { projectRoot } from '../../platform/config/root.js';
import type { OpenedEvent, Projection } from '../kit/projection.js';
import { change } from './changes.js';
import { entryOf } from './entry.js';

/** What is sealed under its author's key. */
const AUTHORED = ['text', 'contact', 'location', 'poll', 'message_edited', 'link_preview_added', 'location_updated'];

/** Every conversation, event by event, and what became of its messages. */
export const timelineProjection: Projection = {
  id: 'timeline',
  version: 2,
  ddl: path.join(projectRoot, 'schema', 'sql', 'projections', 'timeline.v2.sql'),
  eventTypes: ['KeyDestroyed'],
  categories: ['conversation'],
  async project(batch, tx, schema) {
    const erased: string[] = [];
    const entries: OpenedEvent[] = [];
    for (const event of batch) {
      if (event.type !== 'KeyDestroyed') entries.push(event);
      else if ((event.data as { readonly scope: string }).scope === 'account') erased.push(streamId(event.stream));
    }
    if (entries.length > 0) await insert(tx, schema, entries);
    const about = entries.filter(({ type }) => type !== 'MessageSent');
    if (about.length > 0) await change(tx, schema, about);
    if (erased.length > 0)
      await tx.query(
        `UPDATE ${schema}.timeline SET text = NULL, original = NULL, body = NULL, erased = true WHERE author_id = ANY ($1::uuid[]) AND kind = ANY ($2)`,
        [erased, AUTHORED],
      );
  },
};

const COLUMNS: Readonly<Record<string, string>> = {
  conversation_id: 'uuid',
  seq: 'int',
  position: 'bigint',
  event_id: 'uuid',
  kind: 'text',
  message: 'boolean',
  author_id: 'uuid',
  device_id: 'uuid',
  client_id: 'text',
  at: 'timestamptz',
  text: 'text',
  algorithm: 'text',
  fingerprint: 'text',
  target_seq: 'int',
  body: 'jsonb',
  reply_to: 'int',
  hops: 'int',
  mentions: 'jsonb',
  withheld: 'boolean',
  view_once: 'boolean',
  expires_at: 'timestamptz',
  erased: 'boolean',
};
const NAMES = Object.keys(COLUMNS).join(', ');
const RECORD = Object.entries(COLUMNS)
  .map(([name, type]) => `${name} ${type}`)
  .join(', ');

async function insert(tx: pg.PoolClient, schema: string, events: readonly OpenedEvent[]): Promise<void> {
  const rows = events.map((event) => {
    const entry = entryOf(event);
    return {
      conversation_id: entry.conversationId,
      seq: entry.seq,
      position: String(event.position),
      event_id: entry.id,
      kind: entry.kind,
      message: entry.message,
      author_id: entry.authorId,
      device_id: entry.deviceId,
      client_id: entry.clientId ?? undefined,
      at: new Date(entry.at).toISOString(),
      text: entry.text ?? undefined,
      algorithm: entry.algorithm ?? undefined,
      payload: entry.payload ?? undefined,
      fingerprint: entry.fingerprint ?? undefined,
      target_seq: entry.target ?? undefined,
      body: entry.body ?? undefined,
      reply_to: entry.replyTo ?? undefined,
      hops: entry.hops ?? undefined,
      mentions: entry.mentions ?? undefined,
      withheld: entry.withheld,
      view_once: entry.viewOnce,
      expires_at: entry.expiresAt === null ? undefined : new Date(entry.expiresAt).toISOString(),
      erased: entry.erased,
    };
  });
  await tx.query({
    name: `${schema}_insert`,
    text: `INSERT INTO ${schema}.timeline (${NAMES}, payload) SELECT ${NAMES}, decode(payload, 'base64')
           FROM json_to_recordset($1) AS r (${RECORD}, payload text) ON CONFLICT (conversation_id, seq) DO NOTHING`,
    values: [JSON.stringify(rows)],
  });
}
