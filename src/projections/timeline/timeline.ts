import path from 'node:path';
import type pg from 'pg';
import { bucketOfScope, type ExpiryBucket } from '../../domain/shared/expiry.js';
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
  version: 3,
  ddl: path.join(projectRoot, 'schema', 'sql', 'projections', 'timeline.v3.sql'),
  eventTypes: ['KeyDestroyed'],
  categories: ['conversation'],
  async project(batch, tx, schema) {
    const erased: string[] = [];
    const over: (ExpiryBucket & { readonly author: string })[] = [];
    const entries: OpenedEvent[] = [];
    for (const event of batch) {
      if (event.type !== 'KeyDestroyed') {
        entries.push(event);
        continue;
      }
      const { scope } = event.data as { readonly scope: string };
      const bucket = bucketOfScope(scope);
      if (scope === 'account') erased.push(streamId(event.stream));
      else if (bucket !== undefined) over.push({ ...bucket, author: streamId(event.stream) });
    }
    if (entries.length > 0) await insert(tx, schema, entries);
    const about = entries.filter(({ type }) => type !== 'MessageSent');
    if (about.length > 0) await change(tx, schema, about);
    if (erased.length > 0)
      await tx.query(
        `UPDATE ${schema}.timeline SET text = NULL, original = NULL, body = NULL, erased = true WHERE author_id = ANY ($1::uuid[]) AND kind = ANY ($2)`,
        [erased, AUTHORED],
      );
    if (over.length > 0) await eraseBuckets(tx, schema, over);
  },
};

/** What an author said in a conversation that was over within the bucket, and the rows that repeat it. */
async function eraseBuckets(
  tx: pg.PoolClient,
  schema: string,
  over: readonly (ExpiryBucket & { readonly author: string })[],
): Promise<void> {
  const rows = over.map(({ author, conversationId, from, to }) => ({
    author_id: author,
    conversation_id: conversationId,
    from_at: new Date(from).toISOString(),
    to_at: new Date(to).toISOString(),
  }));
  await tx.query(
    `WITH gone AS (SELECT t.conversation_id, t.seq FROM json_to_recordset($1) AS r (author_id uuid, conversation_id uuid, from_at timestamptz, to_at timestamptz)
       JOIN ${schema}.timeline t ON t.conversation_id = r.conversation_id AND t.author_id = r.author_id AND t.expires_at >= r.from_at AND t.expires_at < r.to_at)
     UPDATE ${schema}.timeline t SET text = NULL, original = NULL, body = NULL, erased = true FROM gone
     WHERE t.conversation_id = gone.conversation_id AND t.kind = ANY ($2) AND (t.seq = gone.seq OR t.target_seq = gone.seq)`,
    [JSON.stringify(rows), AUTHORED],
  );
}

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
