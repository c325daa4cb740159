import type { ChatState } from '../../domain/preferences/index.js';
import { encodeId } from '../kit/nodeIds.js';
import type { ChatPreferences } from './types.js';

/** @param now milliseconds since the epoch: a mute whose time has passed is over. */
export function chatPreferencesValue(conversationId: string, chat: ChatState, now: number): ChatPreferences {
  const muted = isMuted(chat, now);
  return {
    conversationId: encodeId('conversation', conversationId),
    muted,
    mutedUntil: muted ? chat.mutedUntil : null,
    archived: chat.archived,
    pinnedAt: chat.pinnedAt,
    markedUnread: chat.markedUnread,
    clearedTo: sequence(chat.clearedTo),
    deletedTo: sequence(chat.deletedTo),
  };
}

export function isMuted({ muted, mutedUntil }: ChatState, now: number): boolean {
  return muted && (mutedUntil === null || mutedUntil > now);
}

export function sequence(seq: number): number | null {
  return seq < 0 ? null : seq;
}
