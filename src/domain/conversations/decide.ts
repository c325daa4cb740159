import type { StartDirectConversation } from './commands.js';
import type { ConversationEvent } from './events.js';
import type { ConversationState } from './state.js';

export type StartRejection = 'no_such_account' | 'with_oneself';
export type StartDecision = { readonly events: readonly ConversationEvent[] } | { readonly rejected: StartRejection };

/** One conversation a pair: starting it again, from either side, changes nothing. */
export function decideStart(state: ConversationState, command: StartDirectConversation): StartDecision {
  if (command.initiator === command.other) return { rejected: 'with_oneself' };
  if (state.kind !== 'absent') return { events: [] };
  if (!command.otherExists) return { rejected: 'no_such_account' };
  return {
    events: [
      {
        type: 'ConversationStarted',
        data: {
          kind: 'direct',
          members: pair(command.initiator, command.other),
          ...(command.withheld && { withheld: true }),
        },
      },
    ],
  };
}

/** The two accounts in the order that their conversation's id is made of. */
export function pair(a: string, b: string): readonly [string, string] {
  return a < b ? [a, b] : [b, a];
}
