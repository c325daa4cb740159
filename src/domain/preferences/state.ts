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
}

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

export const NO_PREFERENCES: PreferencesState = { chats: new Map(), starred: new Set(), hidden: new Set() };

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
    case 'MessageStarred':
    case 'MessageUnstarred':
    case 'MessageHidden':
      return chat;
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
    default:
      return {
        ...state,
        chats: new Map(state.chats).set(conversationId, evolveChat(chatOf(state, conversationId), event)),
      };
  }
}
