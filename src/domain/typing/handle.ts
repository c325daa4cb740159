import type { Clock } from '../../platform/clock/port.js';
import type { Limiter } from '../../platform/limits/port.js';
import type { Signals } from '../../platform/signals/port.js';
import { isAdmin, isMember, type Actor, type ConversationStates } from '../conversations/index.js';
import { typingSignal, typingTopic, type TypingKind } from './signal.js';

export interface SetTyping {
  readonly actor: Actor;
  readonly conversationId: string;
  readonly kind: TypingKind;
}

export type SetTypingOutcome =
  | { readonly outcome: 'set' }
  | { readonly outcome: 'not_a_member' }
  /** Who may not send has nothing to type. */
  | { readonly outcome: 'not_allowed' }
  | { readonly outcome: 'rate_limited'; readonly retryAfterMs: number };

export interface TypingHandlers {
  /** Tells whoever listens now. Nothing is stored, and nobody learns whether anybody heard it. */
  set(command: SetTyping): Promise<SetTypingOutcome>;
}

export interface TypingDeps {
  readonly states: Pick<ConversationStates, 'peek' | 'load'>;
  readonly limiter: Limiter;
  readonly signals: Pick<Signals, 'publish'>;
  readonly clock: Clock;
}

export function typingHandlers({ states, limiter, signals, clock }: TypingDeps): TypingHandlers {
  return {
    async set({ actor, conversationId, kind }) {
      const limit = await limiter.take('setTyping', actor.device);
      if (!limit.ok) return { outcome: 'rate_limited', retryAfterMs: limit.retryAfterMs };
      const { state } = states.peek(conversationId) ?? (await states.load(conversationId));
      if (state.kind === 'absent' || !isMember(state, actor.account)) return { outcome: 'not_a_member' };
      if (state.settings.send === 'admins' && !isAdmin(state, actor.account)) return { outcome: 'not_allowed' };
      signals.publish(typingTopic(conversationId), typingSignal({ accountId: actor.account, kind, at: clock.now() }));
      return { outcome: 'set' };
    },
  };
}
