import type { Clock } from '../../platform/clock/port.js';
import type { EventStore, NewEvent, Position } from '../../platform/eventStore/port.js';
import type { Ids } from '../../platform/ids/port.js';
import type { Limiter } from '../../platform/limits/port.js';
import { blockBetween, type Relations } from '../contacts/index.js';
import { appendSettled } from '../shared/append.js';
import { uuidv8 } from '../shared/ids.js';
import { conversationStream } from '../shared/streams.js';
import { decideStart, pair } from './decide.js';
import type { ConversationStates } from './states.js';

export interface Actor {
  readonly account: string;
  readonly device: string;
}

export type StartOutcome =
  /** `position` is that of the start when it happened now. */
  | {
      readonly outcome: 'started';
      readonly conversationId: string;
      readonly created: boolean;
      readonly position: Position | undefined;
    }
  | { readonly outcome: 'no_such_account' }
  | { readonly outcome: 'rate_limited'; readonly retryAfterMs: number };

export interface ConversationHandlers {
  start(request: { readonly actor: Actor; readonly withAccountId: string }): Promise<StartOutcome>;
}

export interface ConversationDeps {
  readonly eventStore: EventStore;
  readonly states: ConversationStates;
  readonly relations: Pick<Relations, 'of'>;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly limiter: Limiter;
  readonly accountExists: (accountId: string) => Promise<boolean>;
}

/** One id a pair of accounts, whoever starts. */
export function directConversationId(a: string, b: string): string {
  return uuidv8(`direct:${pair(a, b).join(',')}`);
}

export function conversationHandlers(deps: ConversationDeps): ConversationHandlers {
  return {
    async start({ actor, withAccountId }) {
      const conversationId = directConversationId(actor.account, withAccountId);
      const found = (loaded: { readonly revision: number }): StartOutcome | undefined =>
        loaded.revision < 0 ? undefined : { outcome: 'started', conversationId, created: false, position: undefined };
      const known = found(await deps.states.load(conversationId));
      if (known !== undefined) return known;
      const limit = await deps.limiter.take('startConversation', actor.account);
      if (!limit.ok) return { outcome: 'rate_limited', retryAfterMs: limit.retryAfterMs };
      const otherExists = await deps.accountExists(withAccountId);
      const withheld = otherExists && (await blockBetween(deps.relations, actor.account, withAccountId));
      const command = { initiator: actor.account, other: withAccountId, otherExists, withheld };
      const decision = decideStart({ kind: 'absent' }, command);
      if ('rejected' in decision) return { outcome: 'no_such_account' };
      const events: NewEvent[] = decision.events.map((event) => ({
        id: deps.ids.next(),
        ...event,
        metadata: { occurredAt: deps.clock.now(), actor },
      }));
      const outcome = await appendSettled(deps.eventStore, {
        stream: conversationStream(conversationId),
        expected: 'no_stream',
        events,
      });
      // Who loses the race finds the winner's conversation: the same one.
      if (outcome.kind !== 'appended')
        return found(await deps.states.refresh(conversationId)) ?? { outcome: 'no_such_account' };
      deps.states.appended(conversationId, 0, events, outcome.position);
      return { outcome: 'started', conversationId, created: true, position: outcome.position };
    },
  };
}
