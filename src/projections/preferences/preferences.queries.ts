import type pg from 'pg';
import {
  messageKey,
  type ChatState,
  type LoadedPreferences,
  type MessagePlace,
  type ScheduledState,
} from '../../domain/preferences/index.js';
import { shownTo } from '../timeline/visibility.js';
import { CHAT_JSON, SCHEDULED_JSON } from './replay.js';
import { CHAT_COLUMNS, chatStateOf, type ChatRecord } from './rows.js';

type Db = Pick<pg.Pool, 'query'>;

/** The chat with its draft's text; `draft` null without one, or erased. Instants in milliseconds since the epoch. */
export interface ChatView {
  readonly chat: ChatState;
  readonly draft: { readonly text: string; readonly at: number } | null;
}

interface InConversation {
  readonly conversationId: string;
  readonly viewer: string;
}

/** In the order of the keys; undefined for chats that nothing was ever changed of. For a DataLoader. */
export async function chatPreferences(db: Db, keys: readonly InConversation[]): Promise<(ChatView | undefined)[]> {
  const { rows } = await db.query<ChatRecord & { ord: bigint }>({
    name: 'chat_preferences',
    text: `SELECT k.ord, ${CHAT_COLUMNS} FROM unnest($1::uuid[], $2::uuid[]) WITH ORDINALITY AS k (account_id, conversation_id, ord)
           JOIN chat_preferences p USING (account_id, conversation_id)`,
    values: [keys.map((key) => key.viewer), keys.map((key) => key.conversationId)],
  });
  const found = new Map(rows.map((row) => [Number(row.ord), viewOf(row)]));
  return keys.map((_key, index) => found.get(index + 1));
}

/** Which of these messages the account has starred; in the order of the keys. For a DataLoader. */
export async function starredOf(
  db: Db,
  keys: readonly (InConversation & { readonly seq: number })[],
): Promise<boolean[]> {
  const { rows } = await db.query<{ starred: boolean }>({
    name: 'starred_of',
    text: `SELECT EXISTS (SELECT FROM starred_messages s WHERE s.account_id = k.account AND s.conversation_id = k.id AND s.seq = k.seq
             AND s.starred) AS starred
           FROM unnest($1::uuid[], $2::uuid[], $3::int[]) WITH ORDINALITY AS k (account, id, seq, ord) ORDER BY k.ord`,
    values: [keys.map((key) => key.viewer), keys.map((key) => key.conversationId), keys.map((key) => key.seq)],
  });
  return rows.map((row) => row.starred);
}

/** The account's preferences as the read model has them: what a command folds the stream's tail onto. */
export async function preferencesSnapshot(db: Db, accountId: string): Promise<LoadedPreferences | undefined> {
  interface Marks {
    conversation_id: string;
    seq: number;
  }
  const { rows } = await db.query<{
    revision: number;
    chats: readonly { readonly conversationId: string; readonly chat: ChatState }[] | null;
    starred: readonly Marks[] | null;
    hidden: readonly Marks[] | null;
    scheduled: readonly { readonly id: string; readonly state: ScheduledState }[] | null;
  }>({
    name: 'preferences_snapshot',
    text: `SELECT h.revision,
             (SELECT json_agg(json_build_object('conversationId', p.conversation_id, 'chat', ${CHAT_JSON}))
               FROM chat_preferences p WHERE p.account_id = $1) AS chats,
             (SELECT json_agg(json_build_object('conversation_id', s.conversation_id, 'seq', s.seq)) FROM starred_messages s
               WHERE s.account_id = $1 AND s.starred) AS starred,
             (SELECT json_agg(json_build_object('conversation_id', m.conversation_id, 'seq', m.seq)) FROM hidden_messages m
               WHERE m.account_id = $1) AS hidden,
             (SELECT json_agg(json_build_object('id', s.id, 'state', ${SCHEDULED_JSON})) FROM scheduled_messages s
               WHERE s.account_id = $1) AS scheduled
           FROM preference_heads h WHERE h.account_id = $1`,
    values: [accountId],
  });
  const [row] = rows;
  if (row === undefined) return undefined;
  const keys = (marks: readonly Marks[] | null): ReadonlySet<string> =>
    new Set((marks ?? []).map((mark) => messageKey(mark.conversation_id, mark.seq)));
  const chats = (row.chats ?? []).map(({ conversationId, chat }) => [conversationId, chat] as const);
  const scheduled = (row.scheduled ?? []).map(({ id, state }) => [id, state] as const);
  return {
    state: {
      chats: new Map(chats),
      starred: keys(row.starred),
      hidden: keys(row.hidden),
      scheduled: new Map(scheduled),
    },
    revision: row.revision,
  };
}

/** Where a message is that the account was ever shown, hidden by it or not; undefined for others. */
export async function placeOfMessage(db: Db, accountId: string, messageId: string): Promise<MessagePlace | undefined> {
  const { rows } = await db.query<{ conversation_id: string; seq: number }>({
    name: 'place_of_message',
    text: `SELECT t.conversation_id, t.seq FROM timeline t WHERE t.event_id = $2 AND t.message AND ${shownTo('$1')}`,
    values: [accountId, messageId],
  });
  return rows[0] === undefined ? undefined : { conversationId: rows[0].conversation_id, seq: rows[0].seq };
}

function viewOf(row: ChatRecord): ChatView {
  const { draft, draft_at: at } = row;
  return {
    chat: chatStateOf(row),
    draft: draft === null || at === null ? null : { text: draft, at: at.getTime() },
  };
}
