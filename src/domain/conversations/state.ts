import type { ConversationEvent } from './events.js';

/** What deciding needs to know of a conversation. `lastAt`: milliseconds since the epoch of the newest message, 0 without one. */
export type ConversationState =
  | { readonly kind: 'absent' }
  | { readonly kind: 'direct'; readonly members: readonly [string, string]; readonly lastAt: number };

export const ABSENT: ConversationState = { kind: 'absent' };

/** Any event of a conversation's stream. Types that say nothing about the state leave it as it is. */
export interface ConversationStreamEvent {
  readonly type: string;
  readonly data: object;
}

export function evolve(state: ConversationState, event: ConversationStreamEvent): ConversationState {
  switch (event.type) {
    case 'ConversationStarted': {
      const { kind, members } = event.data as ConversationEvent['data'];
      return { kind, members, lastAt: 0 };
    }
    case 'MessageSent':
      return state.kind === 'absent' ? state : { ...state, lastAt: (event.data as { readonly at: number }).at };
    default:
      return state;
  }
}

export function isMember(state: ConversationState, accountId: string): boolean {
  return state.kind !== 'absent' && state.members.includes(accountId);
}
