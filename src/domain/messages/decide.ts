import type { ConversationState } from '../conversations/index.js';
import { isAdmin, isMember } from '../conversations/index.js';
import type { SendMessage } from './commands.js';
import type { ContentProblem } from './contents.js';
import { checkMentions, type MentionRejection } from './mentions.js';
import { mayConcern, type Target } from './target.js';

export type SendRejection =
  | 'not_a_member'
  | 'admins_only'
  | MentionRejection
  | { readonly kind: 'no_such_message' }
  | ({ readonly kind: 'invalid_content' } & ContentProblem);

export type SendDecision = { readonly accepted: { readonly at: number } } | { readonly rejected: SendRejection };

/** Membership, time, and what it refers to. What a message may contain is checked before, since it needs no state. */
export function decideSend(
  state: ConversationState,
  command: SendMessage,
  answered?: { readonly target: Target | undefined },
): SendDecision {
  const { account, content } = command;
  if (state.kind === 'absent' || !isMember(state, account)) return { rejected: 'not_a_member' };
  if (state.settings.send === 'admins' && !isAdmin(state, account)) return { rejected: 'admins_only' };
  const at = Math.max(state.lastAt, command.at);
  const mentions = checkMentions(state, account, command.mentions);
  if (mentions !== undefined) return { rejected: mentions };
  if (command.viewOnce === true && content?.kind !== 'text' && content?.kind !== 'sealed')
    return { rejected: { kind: 'not_applicable' } };
  // Followers could neither vote nor open it; members of a community would do it under the eyes of all.
  const oneWay = state.kind === 'channel' || state.kind === 'community';
  if (oneWay && (content?.kind === 'poll' || command.viewOnce === true))
    return { rejected: { kind: 'not_applicable' } };
  if (content?.kind === 'poll' && content.closesAt !== undefined && content.closesAt <= at)
    return { rejected: { kind: 'invalid_content', field: 'poll.closesAt', reason: 'past' } };
  // What says nothing any more may still be answered: who answers may not know yet.
  if (answered !== undefined && (answered.target === undefined || !mayConcern(state, account, answered.target)))
    return { rejected: { kind: 'no_such_message' } };
  return { accepted: { at } };
}
