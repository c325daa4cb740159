import { checkText, type TextProblem } from '../shared/text.js';
import type { ChatCommand, DraftCommand, MessageCommand, PreferenceCommand } from './commands.js';
import type { PreferenceEvent } from './events.js';
import { chatOf, messageKey, type ChatState, type PreferencesState } from './state.js';

type Plain = PreferenceEvent<string>;

/** Chats that an account may have pinned at a time. */
export const MAX_PINNED_CHATS = 10;
/** Of a draft, in UTF-16 code units: that of a message. */
const MAX_DRAFT = 65_536;

export type PreferenceRejection = 'too_many_pinned' | 'in_the_past' | 'no_such_message';
export type PreferenceDecision = { readonly events: readonly Plain[] } | { readonly rejected: PreferenceRejection };

const NOTHING: PreferenceDecision = { events: [] };

/** What is so already is left alone: a repeat writes nothing. */
export function decide(state: PreferencesState, command: PreferenceCommand, now: number): PreferenceDecision {
  switch (command.kind) {
    case 'star':
    case 'unstar':
    case 'hide':
      return decideMessage(state, command);
    case 'save_draft':
      return decideDraft(chatOf(state, command.conversationId), command);
    case 'pin':
      return decidePin(state, command.conversationId);
    default:
      return decideChat(chatOf(state, command.conversationId), command, now);
  }
}

function decideChat(chat: ChatState, command: ChatCommand, now: number): PreferenceDecision {
  const { conversationId } = command;
  const data = { conversationId };
  switch (command.kind) {
    case 'mute': {
      const { until } = command;
      if (until !== null && until <= now) return { rejected: 'in_the_past' };
      const same = chat.muted && chat.mutedUntil === until;
      return same ? NOTHING : { events: [{ type: 'ChatMuted', data: { conversationId, until } }] };
    }
    case 'unmute':
      return only(chat.muted, { type: 'ChatUnmuted', data });
    case 'archive':
      // What is put away is not on top of the list.
      return { events: [...when(!chat.archived, { type: 'ChatArchived', data }), ...unpinned(chat, conversationId)] };
    case 'unarchive':
      return only(chat.archived, { type: 'ChatUnarchived', data });
    case 'unpin':
      return { events: unpinned(chat, conversationId) };
    case 'mark_unread':
      return only(!chat.markedUnread, { type: 'ChatMarkedUnread', data });
    case 'mark_read':
      return only(chat.markedUnread, { type: 'ChatMarkedRead', data });
    case 'clear':
      if (command.upTo <= chat.clearedTo) return NOTHING;
      return {
        events: [
          { type: 'ChatCleared', data: { conversationId, upTo: command.upTo } },
          ...when(chat.markedUnread, { type: 'ChatMarkedRead', data }),
        ],
      };
    case 'delete':
      return decideDelete(chat, conversationId, command.upTo);
    case 'pin':
      return NOTHING;
  }
}

/** A deleted chat that comes back is as good as new, except that it stays muted: nobody wants to hear of it because of a deletion. */
function decideDelete(chat: ChatState, conversationId: string, upTo: number): PreferenceDecision {
  if (upTo <= chat.deletedTo) return NOTHING;
  const data = { conversationId };
  return {
    events: [
      { type: 'ChatDeleted', data: { conversationId, upTo } },
      ...unpinned(chat, conversationId),
      ...when(chat.archived, { type: 'ChatUnarchived', data }),
      ...when(chat.markedUnread, { type: 'ChatMarkedRead', data }),
      ...when(chat.draft !== null, { type: 'DraftSaved', data: { conversationId, text: null, fingerprint: null } }),
    ],
  };
}

function decidePin(state: PreferencesState, conversationId: string): PreferenceDecision {
  const chat = chatOf(state, conversationId);
  if (chat.pinnedAt !== null) return NOTHING;
  let pinned = 0;
  for (const { pinnedAt } of state.chats.values()) if (pinnedAt !== null) pinned += 1;
  if (pinned >= MAX_PINNED_CHATS) return { rejected: 'too_many_pinned' };
  const data = { conversationId };
  return { events: [...when(chat.archived, { type: 'ChatUnarchived', data }), { type: 'ChatPinned', data }] };
}

function decideMessage(state: PreferencesState, { kind, conversationId, seq }: MessageCommand): PreferenceDecision {
  const key = messageKey(conversationId, seq);
  const data = { conversationId, seq };
  const hidden = state.hidden.has(key);
  switch (kind) {
    case 'hide':
      return only(!hidden, { type: 'MessageHidden', data });
    case 'unstar':
      return only(state.starred.has(key), { type: 'MessageUnstarred', data });
    case 'star':
      if (hidden || seq <= chatOf(state, conversationId).clearedTo) return { rejected: 'no_such_message' };
      return only(!state.starred.has(key), { type: 'MessageStarred', data });
  }
}

/** The last writer wins, in the order of the server. */
function decideDraft(chat: ChatState, { conversationId, draft }: DraftCommand): PreferenceDecision {
  if (chat.draft === (draft?.fingerprint ?? null)) return NOTHING;
  const { text, fingerprint } = draft ?? { text: null, fingerprint: null };
  return { events: [{ type: 'DraftSaved', data: { conversationId, text, fingerprint } }] };
}

export function checkDraft(text: string): TextProblem | null {
  return checkText(text, { max: MAX_DRAFT, min: 0 });
}

function unpinned(chat: ChatState, conversationId: string): readonly Plain[] {
  return when(chat.pinnedAt !== null, { type: 'ChatUnpinned', data: { conversationId } });
}

function when(holds: boolean, event: Plain): readonly Plain[] {
  return holds ? [event] : [];
}

function only(holds: boolean, event: Plain): PreferenceDecision {
  return { events: when(holds, event) };
}
