import { isAdmin, isMember, type ConversationEvent, type ConversationState } from '../conversations/index.js';

/** How long messages may stay, in seconds: what is scheduled for sooner might be noticed late. */
export const TIMER = { least: 10, most: 31_622_400 } as const;

export type TimerRejection = 'not_a_member' | 'not_allowed' | 'invalid_timer';
/** No events: it is so already. */
export type TimerDecision = { readonly events: readonly ConversationEvent[] } | { readonly rejected: TimerRejection };

export interface SetTimer {
  readonly by: string;
  /** Null: messages stay. */
  readonly seconds: number | null;
}

/** By any member; where only admins change what the conversation is called, by them. */
export function decideTimer(state: ConversationState, { by, seconds }: SetTimer): TimerDecision {
  if (state.kind === 'absent' || !isMember(state, by)) return { rejected: 'not_a_member' };
  if (seconds !== null && (!Number.isInteger(seconds) || seconds < TIMER.least || seconds > TIMER.most))
    return { rejected: 'invalid_timer' };
  if (state.settings.editInfo === 'admins' && !isAdmin(state, by)) return { rejected: 'not_allowed' };
  return { events: state.timerSeconds === seconds ? [] : [{ type: 'TimerChanged', data: { seconds } }] };
}
