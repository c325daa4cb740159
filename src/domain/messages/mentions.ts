import { isAdmin, type ConversationState } from '../conversations/index.js';
import type { Mentions } from './events.js';

export const MAX_MENTIONS = 50;
/** In a group of more members than this only admins may call everyone. */
export const EVERYONE_MAX_MEMBERS = 32;

export type MentionRejection =
  | { readonly kind: 'too_many'; readonly limit: number }
  | { readonly kind: 'not_allowed' }
  | { readonly kind: 'not_applicable' }
  | { readonly kind: 'mentions_others'; readonly accountIds: readonly string[] };

/** What is wrong with these mentions by a member; undefined when nothing is. */
export function checkMentions(
  state: ConversationState,
  account: string,
  mentions: Mentions | undefined,
): MentionRejection | undefined {
  if (mentions === undefined || state.kind === 'absent') return undefined;
  if (mentions === 'everyone') {
    if (state.kind === 'direct') return { kind: 'not_applicable' };
    return state.members.size > EVERYONE_MAX_MEMBERS && !isAdmin(state, account) ? { kind: 'not_allowed' } : undefined;
  }
  if (mentions.length > MAX_MENTIONS) return { kind: 'too_many', limit: MAX_MENTIONS };
  const accountIds = mentions.filter((mentioned) => !state.members.has(mentioned));
  return accountIds.length === 0 ? undefined : { kind: 'mentions_others', accountIds };
}
