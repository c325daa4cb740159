import { isMember, recipientsAt, type ConversationEvent, type ConversationState } from '../conversations/index.js';
import type { BroadcastCommand } from './commands.js';

export const MAX_RECIPIENTS = 256;

export type BroadcastRejection = 'not_a_member' | 'not_allowed' | 'list_full' | 'no_recipients';
/** No events: it is so already. */
export type BroadcastDecision =
  { readonly events: readonly ConversationEvent[] } | { readonly rejected: BroadcastRejection };

export function decideBroadcast(state: ConversationState, command: BroadcastCommand): BroadcastDecision {
  if (command.type === 'create') return decideCreate(state, command);
  if (!isMember(state, command.by)) return { rejected: 'not_a_member' };
  if (state.kind !== 'broadcast') return { rejected: 'not_allowed' };
  if (command.type === 'rename') return { events: [{ type: 'GroupInfoChanged', data: { name: command.name } }] };
  const now = new Set(recipientsAt(state, Number.MAX_SAFE_INTEGER));
  const removed = [...new Set(command.remove)].filter((accountId) => now.has(accountId));
  const added = [...new Set(command.add)].filter(
    (accountId) => !now.has(accountId) && accountId !== command.by && !command.remove.includes(accountId),
  );
  if (added.length === 0 && removed.length === 0) return { events: [] };
  if (now.size - removed.length + added.length > MAX_RECIPIENTS) return { rejected: 'list_full' };
  return { events: [{ type: 'RecipientsChanged', data: { added, removed } }] };
}

/** The list's id follows from who creates it and their client id, so what is there is this one. */
function decideCreate(
  state: ConversationState,
  { by, name, recipients }: Extract<BroadcastCommand, { type: 'create' }>,
): BroadcastDecision {
  if (state.kind !== 'absent') return { events: [] };
  const others = [...new Set(recipients)].filter((accountId) => accountId !== by);
  if (others.length === 0) return { rejected: 'no_recipients' };
  if (others.length > MAX_RECIPIENTS) return { rejected: 'list_full' };
  return { events: [{ type: 'BroadcastListCreated', data: { name, recipients: others } }] };
}
