import path from 'node:path';
import type pg from 'pg';
import type { MessageDataOf } from '../../domain/messages/index.js';
import { streamId } from '../../domain/shared/streams.js';
import { projectRoot } from '../../platform/config/root.js';
import type { OpenedEvent, Projection } from '../kit/projection.js';
import { entryOf } from './entry.js';

/** What is sealed under its author's key. */
const AUTHORED = ['text', 'contact', 'location', 'poll', 'message_edited', 'link_preview_added', 'location_updated'];
/** Whose rows repeat what their message said. */
const REPEATING = ['message_edited', 'link_preview_added', 'location_updated'];

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
        `UPDATE ${schema}.timeline SET text = NULL, body = NULL, erased = true WHERE author_id = ANY ($1::uuid[]) AND kind = ANY ($2) AND NOT erased`,
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

/** What events say about earlier messages. The last one about each counts; edits before deletions. */
async function change(tx: pg.PoolClient, schema: string, events: readonly OpenedEvent[]): Promise<void> {
  const about = (type: string, key: (event: OpenedEvent) => string): OpenedEvent[] => [
    ...new Map(events.filter((event) => event.type === type).map((event) => [key(event), event])).values(),
  ];
  const target = (event: OpenedEvent): number => (event.data as { readonly target: number }).target;
  const byMessage = (event: OpenedEvent): string => `${event.stream} ${target(event)}`;
  const byAccount = (event: OpenedEvent): string => `${byMessage(event)} ${event.metadata.actor?.account ?? ''}`;
  const base = (event: OpenedEvent): object => ({
    conversation_id: streamId(event.stream),
    target_seq: target(event),
    account_id: event.metadata.actor?.account,
    at: new Date(event.metadata.occurredAt).toISOString(),
    seq: event.revision,
    withheld: (event.data as { readonly withheld?: true }).withheld === true,
  });
  // What is withheld changes only what is withheld itself: the other has the message as it was.
  const takesEffect = `(NOT r.withheld OR EXISTS (SELECT FROM @timeline t WHERE t.conversation_id = r.conversation_id AND t.seq = r.target_seq AND t.withheld))`;
  const run = async (
    rows: readonly OpenedEvent[],
    more: (event: OpenedEvent) => object,
    columns: string,
    sql: string,
  ): Promise<void> => {
    if (rows.length === 0) return;
    const from = `json_to_recordset($1) AS r (conversation_id uuid, target_seq int, account_id uuid, at timestamptz, seq int, withheld boolean${columns})`;
    await tx.query(sql.replaceAll('@', `${schema}.`).replace('$R', from), [
      JSON.stringify(rows.map((event) => ({ ...base(event), ...more(event) }))),
    ]);
  };

  await run(
    about('MessageEdited', byMessage),
    (event) => ({
      text: event.opened['text'],
      mentions: (event.data as MessageDataOf<'MessageEdited'>).mentions,
    }),
    ', text text, mentions jsonb',
    `UPDATE @timeline t SET text = CASE WHEN NOT t.erased THEN r.text END, mentions = r.mentions, edited_at = r.at, edited_seq = r.seq,
       erased = t.erased OR r.text IS NULL FROM $R
     WHERE t.conversation_id = r.conversation_id AND t.seq = r.target_seq AND coalesce(t.edited_seq, 0) < r.seq AND ${takesEffect}`,
  );
  await run(
    about('ReactionChanged', byAccount),
    (event) => ({ emoji: (event.data as MessageDataOf<'ReactionChanged'>).emoji }),
    ', emoji text',
    `INSERT INTO @reactions AS o (conversation_id, target_seq, account_id, emoji, seq)
     SELECT conversation_id, target_seq, account_id, emoji, seq FROM $R WHERE ${takesEffect}
     ON CONFLICT (conversation_id, target_seq, account_id) DO UPDATE SET emoji = excluded.emoji, seq = excluded.seq WHERE o.seq < excluded.seq`,
  );
  await run(
    about('PollVoted', byAccount),
    (event) => ({ options: (event.data as MessageDataOf<'PollVoted'>).options }),
    ', options jsonb',
    `INSERT INTO @poll_votes AS o (conversation_id, target_seq, account_id, options, seq)
     SELECT conversation_id, target_seq, account_id, options, seq FROM $R WHERE ${takesEffect}
     ON CONFLICT (conversation_id, target_seq, account_id) DO UPDATE SET options = excluded.options, seq = excluded.seq WHERE o.seq < excluded.seq`,
  );
  const pinning = events.filter(({ type }) => type === 'MessagePinned' || type === 'MessageUnpinned');
  await run(
    [...new Map(pinning.map((event) => [byMessage(event), event])).values()],
    (event) => ({ pinned: event.type === 'MessagePinned' }),
    ', pinned boolean',
    `INSERT INTO @pins AS o (conversation_id, target_seq, pinned, by_account, at, seq)
     SELECT conversation_id, target_seq, pinned, account_id, at, seq FROM $R WHERE ${takesEffect}
     ON CONFLICT (conversation_id, target_seq) DO UPDATE SET pinned = excluded.pinned, by_account = excluded.by_account, at = excluded.at, seq = excluded.seq
       WHERE o.seq < excluded.seq`,
  );
  await run(
    about('MessageDeleted', byMessage),
    () => ({}),
    '',
    `UPDATE @timeline t SET text = NULL, algorithm = NULL, payload = NULL, body = NULL, mentions = NULL, erased = true,
       deleted_at = CASE WHEN t.seq = r.target_seq THEN r.at END, deleted_by = CASE WHEN t.seq = r.target_seq THEN r.account_id END
     FROM $R WHERE t.conversation_id = r.conversation_id AND ${ofTarget('r.target_seq')}`,
  );
  const expired = events
    .filter(({ type }) => type === 'MessagesExpired')
    .flatMap((event) =>
      (event.data as MessageDataOf<'MessagesExpired'>).targets.map((seq) => ({
        conversation_id: streamId(event.stream),
        target_seq: seq,
      })),
    );
  if (expired.length > 0)
    await tx.query(
      `UPDATE ${schema}.timeline t SET text = NULL, algorithm = NULL, payload = NULL, body = NULL, mentions = NULL, erased = true
       FROM json_to_recordset($1) AS r (conversation_id uuid, target_seq int) WHERE t.conversation_id = r.conversation_id AND ${ofTarget('r.target_seq')}`,
      [JSON.stringify(expired)],
    );
}

/** A message's own row, and those that repeat what it said. */
function ofTarget(seq: string): string {
  const kinds = REPEATING.map((kind) => `'${kind}'`).join(', ');
  return `(t.seq = ${seq} OR (t.target_seq = ${seq} AND t.kind IN (${kinds})))`;
}
