import type { Clock } from '../../platform/clock/port.js';
import { EventStoreError, type EventStore, type NewEvent, type Position } from '../../platform/eventStore/port.js';
import type { Ids } from '../../platform/ids/port.js';
import type { KeyRef, KeyStore } from '../../platform/keys/port.js';
import type { Limiter } from '../../platform/limits/port.js';
import { submitDecided, type Actor, type ConversationWriter, type Decided } from '../conversations/index.js';
import { uuidv8 } from '../shared/ids.js';
import { accountStream } from '../shared/streams.js';
import { decideTimer, type TimerRejection } from './decide.js';

export type TimerOutcome =
  Decided<TimerRejection> | { readonly outcome: 'rate_limited'; readonly retryAfterMs: number };

export interface DisappearingHandlers {
  setTimer(request: {
    readonly actor: Actor;
    readonly conversationId: string;
    readonly seconds: number | null;
  }): Promise<TimerOutcome>;
  /**
   * The time of these messages is over. `withheldBy`: the author of all of them, whom nobody but them heard of.
   * @returns where it is written; undefined when that has to be tried again.
   */
  expire(request: {
    readonly conversationId: string;
    readonly targets: readonly number[];
    readonly withheldBy: string | null;
  }): Promise<Position | undefined>;
  /** The fact, then the key: nothing that it sealed can be read any more. Safe to do twice. */
  destroyKey(ref: KeyRef): Promise<void>;
}

export interface DisappearingDeps {
  readonly eventStore: Pick<EventStore, 'append'>;
  readonly writer: Pick<ConversationWriter, 'submit'>;
  readonly keys: Pick<KeyStore, 'destroy'>;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly limiter: Limiter;
}

const EVENT_SIZE = 600;
const BYTES_A_TARGET = 8;

export function disappearingHandlers(deps: DisappearingDeps): DisappearingHandlers {
  const { eventStore, writer, keys, clock, ids, limiter } = deps;
  return {
    async setTimer({ actor, conversationId, seconds }) {
      const limit = await limiter.take('changeGroup', actor.account);
      if (!limit.ok) return { outcome: 'rate_limited', retryAfterMs: limit.retryAfterMs };
      const metadata = { occurredAt: clock.now(), actor };
      return submitDecided<TimerRejection>(writer, conversationId, EVENT_SIZE, (state) => {
        const decision = decideTimer(state, { by: actor.account, seconds });
        if ('rejected' in decision) return decision;
        return { events: decision.events.map(({ type, data }) => ({ id: ids.next(), type, data, metadata })) };
      });
    },

    async expire({ conversationId, targets, withheldBy }) {
      const occurredAt = clock.now();
      const event: NewEvent = {
        id: ids.next(),
        type: 'MessagesExpired',
        data: { targets, ...(withheldBy !== null && { withheld: true }) },
        metadata: { occurredAt, ...(withheldBy !== null && { actor: { account: withheldBy } }) },
      };
      const written = await writer.submit<'absent'>(conversationId, {
        size: EVENT_SIZE + targets.length * BYTES_A_TARGET,
        decide: (state) => (state.kind === 'absent' ? { answer: 'absent' } : { events: [event] }),
      });
      return written.kind === 'appended' ? written.position : undefined;
    },

    async destroyKey(ref) {
      const fact: NewEvent = {
        id: uuidv8(`key destroyed:${ref.subject}|${ref.scope}`),
        type: 'KeyDestroyed',
        data: { scope: ref.scope },
        metadata: { occurredAt: clock.now() },
      };
      try {
        await eventStore.append({ stream: accountStream(ref.subject), expected: 'any', events: [fact] });
      } catch (error) {
        // The fact may be there: the key goes when that is sure, at the next attempt.
        if (error instanceof EventStoreError && error.code === 'in_doubt') return;
        throw error;
      }
      await keys.destroy(ref);
    },
  };
}
