import type { PreferenceEvent } from './events.js';

/** How the account keeps one chat. Instants in milliseconds since the epoch; sequences, -1 for nothing yet. */
export interface ChatState {
  /** As it was set: a mute whose time has passed is over. */
  readonly muted: boolean;
  readonly mutedUntil: number | null;
  readonly archived: boolean;
  readonly pinnedAt: number | null;
  readonly markedUnread: boolean;
  readonly clearedTo: number;
  readonly deletedTo: number;
  /** The draft's fingerprint; null without one. */
  readonly draft: string | null;
}

export interface PreferencesState {
  readonly chats: ReadonlyMap<string, ChatState>;
  /** Keys of messages. */
  readonly starred: ReadonlySet<string>;
  readonly hidden: ReadonlySet<string>;
  /** All there ever were, by id: a repeat is answered for ever. */
  readonly scheduled: ReadonlyMap<string, ScheduledState>;
}

export interface ScheduledState {
  readonly conversationId: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly fingerprint: string;
  readonly status: ScheduledStatus;
  /** Of the message, once it is sent. */
  readonly seq: number | null;
  /** Why it failed. */
  readonly reason: string | null;
}

export type ScheduledStatus = 'waiting' | 'released' | 'sent' | 'failed' | 'cancelled';

export const UNTOUCHED_CHAT: ChatState = {
  muted: false,
  mutedUntil: null,
  archived: false,
  pinnedAt: null,
  markedUnread: false,
  clearedTo: -1,
  deletedTo: -1,
  draft: null,
};

export const NO_PREFERENCES: PreferencesState = {
  chats: new Map(),
  starred: new Set(),
  hidden: new Set(),
  scheduled: new Map(),
};

/** An event as it is folded: pins are in the order of their times. */
export type Dated = PreferenceEvent<unknown> & { readonly metadata: { readonly occurredAt: number } };

export function chatOf(state: PreferencesState, conversationId: string): ChatState {
  return state.chats.get(conversationId) ?? UNTOUCHED_CHAT;
}

export function messageKey(conversationId: string, seq: number): string {
  return `${conversationId} ${seq}`;
}

/** Total. What one chat is after an event that is about it. */
export function evolveChat(chat: ChatState, event: Dated): ChatState {
  switch (event.type) {
    case 'ChatMuted':
      return { ...chat, muted: true, mutedUntil: event.data.until };
    case 'ChatUnmuted':
      return { ...chat, muted: false, mutedUntil: null };
    case 'ChatArchived':
      return { ...chat, archived: true };
    case 'ChatUnarchived':
      return { ...chat, archived: false };
    case 'ChatPinned':
      return { ...chat, pinnedAt: event.metadata.occurredAt };
    case 'ChatUnpinned':
      return { ...chat, pinnedAt: null };
    case 'ChatMarkedUnread':
      return { ...chat, markedUnread: true };
    case 'ChatMarkedRead':
      return { ...chat, markedUnread: false };
    case 'ChatCleared':
      return { ...chat, clearedTo: Math.max(chat.clearedTo, event.data.upTo) };
    case 'ChatDeleted': {
      const { upTo } = event.data;
      return { ...chat, clearedTo: Math.max(chat.clearedTo, upTo), deletedTo: Math.max(chat.deletedTo, upTo) };
    }
    case 'DraftSaved':
      return { ...chat, draft: event.data.fingerprint };
    default:
      return chat;
  }
}

/** Total. `before` undefined: one that is not known, whose later events say nothing. */
export function evolveScheduled(before: ScheduledState | undefined, event: Dated): ScheduledState | undefined {
  if (event.type === 'MessageScheduled') {
    const { conversationId, at, fingerprint } = event.data;
    return { conversationId, at, fingerprint, status: 'waiting', seq: null, reason: null };
  }
  if (before === undefined) return undefined;
  switch (event.type) {
    case 'ScheduledMessageCancelled':
      return { ...before, status: 'cancelled' };
    case 'ScheduledMessageReleased':
      return { ...before, status: 'released' };
    case 'ScheduledMessageSent':
      return { ...before, status: 'sent', seq: event.data.seq };
    case 'ScheduledMessageFailed':
      return { ...before, status: 'failed', reason: event.data.reason };
    default:
      return before;
  }
}

export function evolve(state: PreferencesState, event: Dated): PreferencesState {
  const { conversationId } = event.data;
  switch (event.type) {
    case 'MessageStarred':
      return { ...state, starred: new Set(state.starred).add(messageKey(conversationId, event.data.seq)) };
    case 'MessageUnstarred': {
      const starred = new Set(state.starred);
      starred.delete(messageKey(conversationId, event.data.seq));
      return { ...state, starred };
    }
    case 'MessageHidden':
      return { ...state, hidden: new Set(state.hidden).add(messageKey(conversationId, event.data.seq)) };
    case 'MessageScheduled':
    case 'ScheduledMessageCancelled':
    case 'ScheduledMessageReleased':
    case 'ScheduledMessageSent':
    case 'ScheduledMessageFailed': {
      const { scheduledId } = event.data;
      const scheduled = evolveScheduled(state.scheduled.get(scheduledId), event);
      return scheduled === undefined
        ? state
        : { ...state, scheduled: new Map(state.scheduled).set(scheduledId, scheduled) };
    }
    default:
      return {
        ...state,
        chats: new Map(state.chats).set(conversationId, evolveChat(chatOf(state, conversationId), event)),
      };
  }
}
