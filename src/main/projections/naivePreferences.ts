import type { OpenedEvent } from '../../platform/keys/opener.js';
import type { Row, Tables } from './naiveFold.js';

export const PREFERENCE_KEYS = {
  chat_preferences: ['account_id', 'conversation_id'],
  starred_messages: ['account_id', 'conversation_id', 'seq'],
  hidden_messages: ['account_id', 'conversation_id', 'seq'],
  preference_heads: ['account_id'],
  scheduled_messages: ['id'],
} as const;

interface Data {
  readonly conversationId: string;
  readonly seq?: number;
  readonly upTo: number;
  readonly until: number | null;
  readonly text: object | null;
  readonly fingerprint: string | null;
  readonly scope: string;
  readonly scheduledId: string;
  readonly clientId: string;
  readonly at: number;
  readonly reason?: string;
  readonly content: { readonly kind: string; readonly algorithm?: string; readonly bytes?: string };
}

/** `preferences-<account>` for the naive fold. */
export function naivePreferences(tables: Tables, event: OpenedEvent, category: string, account: string): void {
  const data = event.data as Data;
  const drafts = tables['chat_preferences']!;
  const scheduled = tables['scheduled_messages']!;
  if (category === 'account' && event.type === 'KeyDestroyed' && data.scope === 'account') {
    for (const row of drafts.values()) if (row['account_id'] === account) row['draft'] = null;
    for (const row of scheduled.values()) if (row['account_id'] === account) row['text'] = null;
  }
  if (category !== 'preferences') return;
  const { conversationId, seq } = data;
  const position = String(event.position);
  const at = event.metadata.occurredAt;
  tables['preference_heads']!.set(account, { account_id: account, revision: event.revision });
  const mark = { account_id: account, conversation_id: conversationId, seq: seq ?? null };
  if (event.type === 'MessageHidden') {
    const hidden = tables['hidden_messages']!;
    const key = `${account} ${conversationId} ${seq}`;
    if (!hidden.has(key)) hidden.set(key, { ...mark, position });
  } else if (event.type === 'MessageStarred' || event.type === 'MessageUnstarred') {
    const starred = event.type === 'MessageStarred';
    tables['starred_messages']!.set(`${account} ${conversationId} ${seq}`, { ...mark, starred, at, position });
  } else if (event.type === 'MessageScheduled') {
    const { scheduledId, clientId, content, fingerprint } = data;
    if (scheduled.has(scheduledId)) return;
    const said = { kind: content.kind, algorithm: content.algorithm ?? null, payload: content.bytes ?? null };
    scheduled.set(scheduledId, {
      id: scheduledId,
      account_id: account,
      device_id: event.metadata.actor?.device ?? null,
      conversation_id: conversationId,
      client_id: clientId,
      at: data.at,
      text: event.opened['content.text'] ?? null,
      ...said,
      fingerprint,
      status: 'waiting',
      seq: null,
      reason: null,
      position,
    });
  } else if (event.type.startsWith('ScheduledMessage')) {
    const status = event.type.slice('ScheduledMessage'.length).toLowerCase();
    const row = scheduled.get(data.scheduledId);
    if (row !== undefined) Object.assign(row, { status, seq: data.seq ?? null, reason: data.reason ?? null, position });
  } else {
    const row = chatRow(tables, account, conversationId);
    if (event.type === 'DraftSaved') {
      row['draft'] = event.opened['text'] ?? null;
      row['draft_fingerprint'] = data.fingerprint;
      row['draft_at'] = data.text === null ? null : at;
      row['draft_position'] = position;
    } else {
      Object.assign(row, changed(event.type, data, at, row), { position });
    }
  }
}

function changed(type: string, data: Data, at: number, row: Row): Row {
  switch (type) {
    case 'ChatMuted':
      return { muted: true, muted_until: data.until };
    case 'ChatUnmuted':
      return { muted: false, muted_until: null };
    case 'ChatArchived':
      return { archived: true };
    case 'ChatUnarchived':
      return { archived: false };
    case 'ChatPinned':
      return { pinned_at: at };
    case 'ChatUnpinned':
      return { pinned_at: null };
    case 'ChatMarkedUnread':
      return { marked_unread: true };
    case 'ChatMarkedRead':
      return { marked_unread: false };
    case 'ChatCleared':
      return data.upTo > Number(row['cleared_to']) ? { cleared_to: data.upTo } : {};
    case 'ChatDeleted':
      return {
        ...(data.upTo > Number(row['cleared_to']) ? { cleared_to: data.upTo } : {}),
        ...(data.upTo > Number(row['deleted_to']) ? { deleted_to: data.upTo } : {}),
      };
    default:
      return {};
  }
}

function chatRow(tables: Tables, account: string, conversation: string): Row {
  const key = `${account} ${conversation}`;
  const marks = { muted: false, muted_until: null, archived: false, pinned_at: null, marked_unread: false };
  const draft = { draft: null, draft_fingerprint: null, draft_at: null, draft_position: '-1' };
  const row = tables['chat_preferences']!.get(key) ?? {
    account_id: account,
    conversation_id: conversation,
    ...marks,
    cleared_to: -1,
    deleted_to: -1,
    position: '-1',
    ...draft,
  };
  tables['chat_preferences']!.set(key, row);
  return row;
}
