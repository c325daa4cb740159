import path from 'node:path';
import type pg from 'pg';
import { CHAT_EVENTS, SCHEDULE_EVENTS } from '../../domain/preferences/index.js';
import { streamId } from '../../domain/shared/streams.js';
import { projectRoot } from '../../platform/config/root.js';
import type { OpenedEvent, Projection } from '../kit/projection.js';
import { chatKey, foldBatch, unseen, type ChatRow, type MessageRow } from './fold.js';
import { changeScheduled, insertScheduled } from './scheduled.js';
import { CHAT_COLUMNS, chatStateOf, type ChatRecord } from './rows.js';

/** How accounts keep their chats. Its tables are in schema/sql/projections/preferences.v2.sql. */
export const preferencesProjection: Projection = {
  id: 'preferences',
  version: 2,
  ddl: path.join(projectRoot, 'schema', 'sql', 'projections', 'preferences.v2.sql'),
  eventTypes: [
    ...CHAT_EVENTS,
    'DraftSaved',
    ...SCHEDULE_EVENTS,
    'MessageStarred',
    'MessageUnstarred',
    'MessageHidden',
    'KeyDestroyed',
  ],
  async project(batch, tx, schema) {
    const events = unseen(batch, await headsOf(tx, schema, batch));
    if (events.length === 0) return;
    const { chats, stars, hidden, scheduled, sending, heads, erased } = foldBatch(
      events,
      await chatsOf(tx, schema, events),
    );
    await upsertChats(tx, schema, [...chats.values()]);
    await upsertStars(tx, schema, [...stars.values()]);
    await insertHidden(tx, schema, [...hidden.values()]);
    await insertScheduled(tx, schema, [...scheduled.values()]);
    await changeScheduled(tx, schema, [...sending.values()]);
    if (heads.size > 0)
      await tx.query(
        `INSERT INTO ${schema}.preference_heads (account_id, revision) SELECT * FROM unnest($1::uuid[], $2::int[])
         ON CONFLICT (account_id) DO UPDATE SET revision = excluded.revision`,
        [[...heads.keys()], [...heads.values()]],
      );
    if (erased.size > 0)
      for (const text of ['chat_preferences SET draft', 'scheduled_messages SET text'])
        await tx.query(`UPDATE ${schema}.${text} = NULL WHERE account_id = ANY ($1::uuid[])`, [[...erased]]);
  },
};

async function headsOf(
  tx: pg.PoolClient,
  schema: string,
  batch: readonly OpenedEvent[],
): Promise<ReadonlyMap<string, number>> {
  const accounts = new Set(batch.filter(({ type }) => type !== 'KeyDestroyed').map(({ stream }) => streamId(stream)));
  if (accounts.size === 0) return new Map();
  const { rows } = await tx.query<{ account_id: string; revision: number }>(
    `SELECT account_id, revision FROM ${schema}.preference_heads WHERE account_id = ANY ($1::uuid[])`,
    [[...accounts]],
  );
  return new Map(rows.map((row) => [row.account_id, row.revision]));
}

async function chatsOf(
  tx: pg.PoolClient,
  schema: string,
  events: readonly OpenedEvent[],
): Promise<ReadonlyMap<string, ChatRow>> {
  const touched = new Map<string, readonly [string, string]>();
  for (const { type, stream, data } of events) {
    if (type === 'KeyDestroyed') continue;
    const { conversationId } = data as { readonly conversationId: string };
    touched.set(chatKey(streamId(stream), conversationId), [streamId(stream), conversationId]);
  }
  if (touched.size === 0) return new Map();
  const keys = [...touched.values()];
  const { rows } = await tx.query<ChatRecord>(
    `SELECT ${CHAT_COLUMNS} FROM unnest($1::uuid[], $2::uuid[]) AS k (account_id, conversation_id)
     JOIN ${schema}.chat_preferences p USING (account_id, conversation_id)`,
    [keys.map(([accountId]) => accountId), keys.map(([, conversationId]) => conversationId)],
  );
  return new Map(
    rows.map((row) => [
      chatKey(row.account_id, row.conversation_id),
      {
        accountId: row.account_id,
        conversationId: row.conversation_id,
        chat: chatStateOf(row),
        position: row.position,
        draft: row.draft,
        draftAt: row.draft_at?.getTime() ?? null,
        draftPosition: row.draft_position,
      },
    ]),
  );
}

async function upsertChats(tx: pg.PoolClient, schema: string, rows: readonly ChatRow[]): Promise<void> {
  if (rows.length === 0) return;
  const values = rows.map(({ accountId, conversationId, chat, position, draft, draftAt, draftPosition }) => ({
    account_id: accountId,
    conversation_id: conversationId,
    muted: chat.muted,
    muted_until: instant(chat.mutedUntil),
    archived: chat.archived,
    pinned_at: instant(chat.pinnedAt),
    marked_unread: chat.markedUnread,
    cleared_to: chat.clearedTo,
    deleted_to: chat.deletedTo,
    position: String(position),
    draft,
    draft_fingerprint: chat.draft,
    draft_at: instant(draftAt),
    draft_position: String(draftPosition),
  }));
  await tx.query(
    `INSERT INTO ${schema}.chat_preferences SELECT * FROM json_to_recordset($1) AS r (account_id uuid, conversation_id uuid, muted boolean,
       muted_until timestamptz, archived boolean, pinned_at timestamptz, marked_unread boolean, cleared_to int, deleted_to int, position bigint,
       draft text, draft_fingerprint text, draft_at timestamptz, draft_position bigint)
     ON CONFLICT (account_id, conversation_id) DO UPDATE SET muted = excluded.muted, muted_until = excluded.muted_until,
       archived = excluded.archived, pinned_at = excluded.pinned_at, marked_unread = excluded.marked_unread, cleared_to = excluded.cleared_to,
       deleted_to = excluded.deleted_to, position = excluded.position, draft = excluded.draft, draft_fingerprint = excluded.draft_fingerprint,
       draft_at = excluded.draft_at, draft_position = excluded.draft_position`,
    [JSON.stringify(values)],
  );
}

async function upsertStars(
  tx: pg.PoolClient,
  schema: string,
  rows: readonly (MessageRow & { readonly starred: boolean })[],
): Promise<void> {
  if (rows.length === 0) return;
  await tx.query(
    `INSERT INTO ${schema}.starred_messages (account_id, conversation_id, seq, starred, at, position)
     SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::int[], $4::bool[], $5::timestamptz[], $6::int8[])
     ON CONFLICT (account_id, conversation_id, seq) DO UPDATE SET starred = excluded.starred, at = excluded.at, position = excluded.position`,
    [
      rows.map((row) => row.accountId),
      rows.map((row) => row.conversationId),
      rows.map((row) => row.seq),
      rows.map((row) => row.starred),
      rows.map((row) => new Date(row.at)),
      rows.map((row) => row.position),
    ],
  );
}

async function insertHidden(tx: pg.PoolClient, schema: string, rows: readonly MessageRow[]): Promise<void> {
  if (rows.length === 0) return;
  await tx.query(
    `INSERT INTO ${schema}.hidden_messages (account_id, conversation_id, seq, position)
     SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::int[], $4::int8[]) ON CONFLICT DO NOTHING`,
    [
      rows.map((row) => row.accountId),
      rows.map((row) => row.conversationId),
      rows.map((row) => row.seq),
      rows.map((row) => row.position),
    ],
  );
}

function instant(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString();
}
