import {
  evolveChat,
  UNTOUCHED_CHAT,
  type ChatState,
  type Dated,
  type ScheduledContent,
  type ScheduledStatus,
} from '../../domain/preferences/index.js';
import { streamId } from '../../domain/shared/streams.js';
import type { OpenedEvent } from '../kit/projection.js';

/** Of one chat, as its row has it. `chat.draft` is the fingerprint. */
export interface ChatRow {
  readonly accountId: string;
  readonly conversationId: string;
  readonly chat: ChatState;
  readonly position: bigint;
  readonly draft: string | null;
  readonly draftAt: number | null;
  readonly draftPosition: bigint;
}

export interface MessageRow {
  readonly accountId: string;
  readonly conversationId: string;
  readonly seq: number;
  readonly at: number;
  readonly position: bigint;
}

/** A new one. */
export interface ScheduledRow {
  readonly id: string;
  readonly accountId: string;
  readonly deviceId: string | null;
  readonly conversationId: string;
  readonly clientId: string;
  readonly at: number;
  readonly text: string | null;
  readonly content: ScheduledContent<unknown>;
  readonly fingerprint: string;
  readonly position: bigint;
}

/** What became of it. */
export interface ScheduledChange {
  readonly id: string;
  readonly status: ScheduledStatus;
  readonly seq: number | null;
  readonly reason: string | null;
  readonly position: bigint;
}

export interface Changes {
  readonly chats: Map<string, ChatRow>;
  readonly stars: Map<string, MessageRow & { readonly starred: boolean }>;
  readonly hidden: Map<string, MessageRow>;
  readonly scheduled: Map<string, ScheduledRow>;
  readonly sending: Map<string, ScheduledChange>;
  /** By account, the last revision. */
  readonly heads: Map<string, number>;
  /** Accounts whose key is gone. */
  readonly erased: Set<string>;
}

export function chatKey(accountId: string, conversationId: string): string {
  return `${accountId} ${conversationId}`;
}

/** The events of the accounts' streams that their rows do not have yet: a batch that was applied before has none. */
export function unseen(batch: readonly OpenedEvent[], heads: ReadonlyMap<string, number>): readonly OpenedEvent[] {
  return batch.filter(
    ({ type, stream, revision }) => type === 'KeyDestroyed' || revision > (heads.get(streamId(stream)) ?? -1),
  );
}

/** @param before rows of the chats that the events touch; those that are missing are untouched chats. */
export function foldBatch(events: readonly OpenedEvent[], before: ReadonlyMap<string, ChatRow>): Changes {
  const changes: Changes = {
    chats: new Map(),
    stars: new Map(),
    hidden: new Map(),
    scheduled: new Map(),
    sending: new Map(),
    heads: new Map(),
    erased: new Set(),
  };
  for (const stored of events) {
    const accountId = streamId(stored.stream);
    if (stored.type === 'KeyDestroyed') {
      if ((stored.data as { readonly scope: string }).scope === 'account') changes.erased.add(accountId);
      continue;
    }
    changes.heads.set(accountId, stored.revision);
    apply(changes, stored, accountId, before);
  }
  return changes;
}

function apply(changes: Changes, stored: OpenedEvent, accountId: string, before: ReadonlyMap<string, ChatRow>): void {
  const event = stored as unknown as Dated;
  const { position, metadata, opened } = stored;
  const { conversationId } = event.data;
  const key = chatKey(accountId, conversationId);
  switch (event.type) {
    case 'MessageStarred':
    case 'MessageUnstarred':
    case 'MessageHidden': {
      const row = { accountId, conversationId, seq: event.data.seq, at: metadata.occurredAt, position };
      if (event.type === 'MessageHidden') changes.hidden.set(`${key} ${row.seq}`, row);
      else changes.stars.set(`${key} ${row.seq}`, { ...row, starred: event.type === 'MessageStarred' });
      return;
    }
    case 'MessageScheduled': {
      const { scheduledId: id, clientId, at, content, fingerprint } = event.data;
      const deviceId = metadata.actor?.device ?? null;
      const text = opened['content.text'] ?? null;
      changes.scheduled.set(id, {
        id,
        accountId,
        deviceId,
        conversationId,
        clientId,
        at,
        text,
        content,
        fingerprint,
        position,
      });
      return;
    }
    case 'ScheduledMessageCancelled':
    case 'ScheduledMessageReleased':
    case 'ScheduledMessageSent':
    case 'ScheduledMessageFailed': {
      const { scheduledId: id } = event.data;
      const [seq, reason] = [
        event.type === 'ScheduledMessageSent' ? event.data.seq : null,
        event.type === 'ScheduledMessageFailed' ? event.data.reason : null,
      ];
      changes.sending.set(id, { id, status: STATUS[event.type], seq, reason, position });
      return;
    }
    default: {
      const row = changes.chats.get(key) ?? before.get(key) ?? untouched(accountId, conversationId);
      const chat = evolveChat(row.chat, event);
      changes.chats.set(
        key,
        event.type === 'DraftSaved'
          ? {
              ...row,
              chat,
              draft: opened['text'] ?? null,
              draftAt: event.data.text === null ? null : metadata.occurredAt,
              draftPosition: position,
            }
          : { ...row, chat, position },
      );
    }
  }
}

function untouched(accountId: string, conversationId: string): ChatRow {
  return {
    accountId,
    conversationId,
    chat: UNTOUCHED_CHAT,
    position: -1n,
    draft: null,
    draftAt: null,
    draftPosition: -1n,
  };
}

const STATUS = {
  ScheduledMessageCancelled: 'cancelled',
  ScheduledMessageReleased: 'released',
  ScheduledMessageSent: 'sent',
  ScheduledMessageFailed: 'failed',
} as const;
