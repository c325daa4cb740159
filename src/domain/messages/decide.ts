import type { ConversationState } from '../conversations/index.js';
import { isAdmin, isMember } from '../conversations/index.js';
import { checkText, type TextProblem } from '../shared/text.js';
import type { SendMessage } from './commands.js';
import type { MessageContent } from './events.js';

export const MAX_TEXT = 65_536;
export const MAX_SEALED_BYTES = 64 * 1024;
const MAX_ALGORITHM = 64;
const MAX_CLIENT_ID = 128;

export type SendRejection = 'not_a_member' | 'admins_only';
export type SendDecision = { readonly accepted: { readonly at: number } } | { readonly rejected: SendRejection };

/** Membership and time. What a message may contain is checked before, since it needs no state. */
export function decideSend(state: ConversationState, command: Pick<SendMessage, 'account' | 'at'>): SendDecision {
  if (state.kind === 'absent' || !isMember(state, command.account)) return { rejected: 'not_a_member' };
  if (state.settings.send === 'admins' && !isAdmin(state, command.account)) return { rejected: 'admins_only' };
  return { accepted: { at: Math.max(state.lastAt, command.at) } };
}

export interface ContentProblem {
  readonly field: 'text' | 'payload' | 'algorithm' | 'clientId';
  readonly reason: TextProblem;
}

/** @returns null when the content and the client's id may be stored. */
export function checkMessage(clientId: string, content: MessageContent<string>): ContentProblem | null {
  const id = checkText(clientId, { max: MAX_CLIENT_ID });
  if (id !== null) return { field: 'clientId', reason: id };
  if (content.kind === 'text') {
    const text = checkText(content.text, { max: MAX_TEXT });
    return text === null ? null : { field: 'text', reason: text };
  }
  if (content.kind !== 'sealed') return null;
  const algorithm = checkText(content.algorithm, { max: MAX_ALGORITHM });
  if (algorithm !== null) return { field: 'algorithm', reason: algorithm };
  const size = Buffer.byteLength(content.bytes, 'base64');
  if (size === 0) return { field: 'payload', reason: 'empty' };
  return size > MAX_SEALED_BYTES ? { field: 'payload', reason: 'too_long' } : null;
}
