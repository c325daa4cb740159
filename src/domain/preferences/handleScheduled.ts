import type { Position } from '../../platform/eventStore/port.js';
import type { KeyStore } from '../../platform/keys/port.js';
import type { Limiter } from '../../platform/limits/port.js';
import type { Actor } from '../conversations/index.js';
import { checkMessage, type ContentProblem } from '../messages/index.js';
import { uuidv8 } from '../shared/ids.js';
import {
  decideCancel,
  decideFinish,
  decideRelease,
  decideSchedule,
  type CancelRejection,
  type ScheduleRejection,
  type SendResult,
} from './decideScheduled.js';
import type { ScheduledContent } from './events.js';
import { commit, type CommitDeps, type Committed } from './handleCommit.js';
import { fingerprintOf } from './seal.js';
import type { ScheduledState } from './state.js';

type Wait = { readonly outcome: 'rate_limited' | 'busy'; readonly retryAfterMs: number };

/** `position` of what was written now, undefined when it was so already. */
interface Done {
  readonly outcome: 'done';
  readonly scheduledId: string;
  readonly scheduled: ScheduledState;
  readonly position: Position | undefined;
}

export type ScheduleOutcome =
  | Done
  | { readonly outcome: 'not_a_member' | ScheduleRejection }
  | ({ readonly outcome: 'invalid_text' } & ContentProblem)
  | Wait;
export type CancelOutcome = Done | { readonly outcome: CancelRejection } | Wait;

export interface ScheduleRequest {
  readonly actor: Actor;
  readonly conversationId: string;
  readonly clientId: string;
  readonly content: ScheduledContent<string>;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

interface One {
  readonly actor: Actor;
  readonly scheduledId: string;
}

export interface ScheduledHandlers {
  /** Idempotent for ever by (account, conversation, client id). */
  schedule(request: ScheduleRequest): Promise<ScheduleOutcome>;
  cancel(request: One): Promise<CancelOutcome>;
  /** Before it is sent: true when it is to be, and can no longer be cancelled. @throws when the event store does not answer */
  release(request: One): Promise<boolean>;
  /** After it was sent, or cannot be. @throws when the event store does not answer */
  finish(request: One & { readonly result: SendResult }): Promise<void>;
}

export interface ScheduledDeps extends CommitDeps {
  readonly keys: Pick<KeyStore, 'ensure'>;
  readonly limiter: Limiter;
  readonly isMember: (conversationId: string, accountId: string) => Promise<boolean>;
}

export function scheduledId(conversationId: string, account: string, clientId: string): string {
  return uuidv8(`scheduled:${conversationId}:${account}:${clientId}`);
}

export function scheduledHandlers(deps: ScheduledDeps): ScheduledHandlers {
  return {
    async schedule({ actor, conversationId, clientId, content, at }) {
      const taken = await deps.limiter.take('scheduleMessage', actor.account);
      if (!taken.ok) return { outcome: 'rate_limited', retryAfterMs: taken.retryAfterMs };
      const problem = checkMessage(clientId, content);
      if (problem !== null) return { outcome: 'invalid_text', ...problem };
      const id = scheduledId(conversationId, actor.account, clientId);
      // Who has scheduled it and left since is told the same as before.
      if (!(await deps.isMember(conversationId, actor.account))) {
        const { state } = await deps.states.refresh(actor.account);
        if (!state.scheduled.has(id)) return { outcome: 'not_a_member' };
      }
      const key = await deps.keys.ensure({ subject: actor.account, scope: 'account' });
      const fingerprint = fingerprintOf(key, 'scheduled message', JSON.stringify(content));
      const command = { scheduledId: id, conversationId, clientId, content, at, fingerprint };
      return answer(id, await commit(deps, actor, (state, now) => decideSchedule(state, command, now), key));
    },

    async cancel({ actor, scheduledId: id }) {
      const taken = await deps.limiter.take('changePreferences', actor.account);
      if (!taken.ok) return { outcome: 'rate_limited', retryAfterMs: taken.retryAfterMs };
      return answer(id, await commit(deps, actor, (state) => decideCancel(state, id)));
    },

    async release({ actor, scheduledId: id }) {
      const done = await commit(deps, actor, (state, now) => decideRelease(state, id, now));
      if (done.kind === 'busy') throw new Error('busy');
      return done.kind === 'done';
    },

    async finish({ actor, scheduledId: id, result }) {
      const done = await commit(deps, actor, (state) => decideFinish(state, id, result));
      if (done.kind === 'busy') throw new Error('busy');
    },
  };
}

function answer<R extends string>(id: string, done: Committed<R>): Done | { readonly outcome: R } | Wait {
  switch (done.kind) {
    case 'rejected':
      return { outcome: done.rejection };
    case 'busy':
      return { outcome: 'busy', retryAfterMs: done.retryAfterMs };
    case 'done': {
      const scheduled = done.state.scheduled.get(id);
      if (scheduled === undefined) throw new Error('a scheduled message was decided on that there is not');
      return { outcome: 'done', scheduledId: id, scheduled, position: done.position };
    }
  }
}
