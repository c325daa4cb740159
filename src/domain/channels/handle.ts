import type { Clock } from '../../platform/clock/port.js';
import type { EventStore, NewEvent, Position } from '../../platform/eventStore/port.js';
import type { Ids } from '../../platform/ids/port.js';
import type { KeyStore } from '../../platform/keys/port.js';
import type { Limiter } from '../../platform/limits/port.js';
import {
  isMember,
  roleOf,
  submitDecided,
  type Actor,
  type ConversationStates,
  type ConversationWriter,
} from '../conversations/index.js';
import { conversationKeyRef, conversationSealer, type FieldSealer } from '../shared/conversationSeal.js';
import {
  changedTexts,
  checkTexts,
  firstTexts,
  type ConversationTexts,
  type TextRefusal,
} from '../shared/conversationTexts.js';
import { uuidv8 } from '../shared/ids.js';
import { accountStream } from '../shared/streams.js';
import { decideChannel, HANDLE, type ChannelCommand, type ChannelRejection } from './decide.js';

export type ChannelOutcome =
  /** `position` undefined: it was so already. */
  | { readonly outcome: 'done'; readonly channelId: string; readonly position: Position | undefined }
  | { readonly outcome: ChannelRejection | 'no_such_account' }
  | ({ readonly outcome: 'invalid_text' } & TextRefusal)
  | { readonly outcome: 'rate_limited'; readonly retryAfterMs: number }
  | { readonly outcome: 'busy'; readonly retryAfterMs: number };

interface OfChannel {
  readonly actor: Actor;
  readonly channelId: string;
}

export interface ChannelHandlers {
  /** Idempotent for ever by (account, handle). */
  create(
    request: ConversationTexts & { readonly actor: Actor; readonly handle: string; readonly name: string },
  ): Promise<ChannelOutcome>;
  update(request: OfChannel & ConversationTexts): Promise<ChannelOutcome>;
  setAdmin(request: OfChannel & { readonly accountId: string; readonly admin: boolean }): Promise<ChannelOutcome>;
  /** A fact of the follower's own: nothing of it is in the channel's stream. */
  follow(request: OfChannel & { readonly following: boolean }): Promise<ChannelOutcome>;
}

export interface ChannelDeps {
  readonly eventStore: Pick<EventStore, 'append'>;
  readonly writer: Pick<ConversationWriter, 'submit'>;
  readonly states: Pick<ConversationStates, 'load'>;
  readonly keys: Pick<KeyStore, 'ensure'>;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly limiter: Limiter;
  readonly accountExists: (accountId: string) => Promise<boolean>;
  /** Whether the account lets itself be added by the actor; `invite`: it does not. */
  readonly mayAdd: (actor: string, accountId: string) => Promise<'yes' | 'invite'>;
  /** As the read model has it: a repeat that it does not know of yet writes the fact once more. */
  readonly isFollowing: (accountId: string, channelId: string) => Promise<boolean>;
  /** Resolves when the read model has all that is in the log now, or after some time. */
  readonly caughtUp: () => Promise<unknown>;
}

const EVENT_SIZE = 12_000;

/** A channel's id follows from its handle, so no two have the same. */
export function channelId(handle: string): string {
  return uuidv8(`channel:${handle}`);
}

export function channelHandlers(deps: ChannelDeps): ChannelHandlers {
  const { writer, states, keys, clock, ids, limiter } = deps;

  const limited = async (limit: 'createGroup' | 'changeGroup' | 'followChannel', account: string) => {
    const taken = await limiter.take(limit, account);
    return taken.ok ? undefined : ({ outcome: 'rate_limited', retryAfterMs: taken.retryAfterMs } as const);
  };

  const submit = async (
    { actor, channelId: id }: OfChannel,
    command: ChannelCommand,
    eventId = ids.next(),
  ): Promise<ChannelOutcome> => {
    const metadata = { occurredAt: clock.now(), actor };
    const written = await submitDecided<ChannelRejection>(writer, id, EVENT_SIZE, (state) => {
      const decision = decideChannel(state, command);
      if ('rejected' in decision) return decision;
      return {
        events: decision.events.map(({ type, data }, index) => ({
          id: index === 0 ? eventId : ids.next(),
          type,
          data,
          metadata,
        })),
      };
    });
    return written.outcome === 'done' ? { ...written, channelId: id } : written;
  };

  const sealerOf = async (id: string, event: { readonly id: string; readonly type: string }): Promise<FieldSealer> =>
    conversationSealer(await keys.ensure(conversationKeyRef(id)), id, event);

  return {
    async create({ actor, handle, ...given }) {
      if (!HANDLE.test(handle)) return { outcome: 'invalid_text', field: 'handle', reason: 'malformed' };
      const checked = checkTexts(given);
      if ('problem' in checked) return { outcome: 'invalid_text', ...checked.problem };
      const refused = await limited('createGroup', actor.account);
      if (refused !== undefined) return refused;
      const id = channelId(handle);
      // No key is made for what is another's.
      const { state } = await states.load(id);
      if (state.kind !== 'absent' && !isMember(state, actor.account)) return { outcome: 'handle_taken' };
      const eventId = ids.next();
      const texts = firstTexts(checked.texts, await sealerOf(id, { id: eventId, type: 'ChannelCreated' }));
      return submit({ actor, channelId: id }, { type: 'create', by: actor.account, handle, ...texts }, eventId);
    },
    async update({ actor, channelId: id, ...given }) {
      const checked = checkTexts(given);
      if ('problem' in checked) return { outcome: 'invalid_text', ...checked.problem };
      const refused = await limited('changeGroup', actor.account);
      if (refused !== undefined) return refused;
      if ((await states.load(id)).state.kind !== 'channel') return { outcome: 'no_such_channel' };
      const eventId = ids.next();
      const texts = changedTexts(checked.texts, await sealerOf(id, { id: eventId, type: 'GroupInfoChanged' }));
      return submit({ actor, channelId: id }, { type: 'changeInfo', by: actor.account, ...texts }, eventId);
    },
    async setAdmin({ accountId, admin, ...of }) {
      const refused = await limited('changeGroup', of.actor.account);
      if (refused !== undefined) return refused;
      // Who may not name anybody learns nothing about those that they named.
      if (admin && roleOf((await states.load(of.channelId)).state, of.actor.account) === 'owner') {
        if (!(await deps.accountExists(accountId))) return { outcome: 'no_such_account' };
        if ((await deps.mayAdd(of.actor.account, accountId)) !== 'yes') return { outcome: 'not_allowed' };
      }
      return submit(of, { type: 'setAdmin', by: of.actor.account, accountId, admin });
    },
    async follow({ actor, channelId: id, following }) {
      const { account } = actor;
      const { state, revision: head } = await states.load(id);
      if (state.kind !== 'channel') return { outcome: 'no_such_channel' };
      const done = { outcome: 'done', channelId: id, position: undefined } as const;
      if (following && isMember(state, account)) return done;
      const isSo = async (): Promise<boolean> => (await deps.isFollowing(account, id)) === following;
      if (await isSo()) {
        // Unless it said the contrary a moment ago.
        await deps.caughtUp();
        if (await isSo()) return done;
      }
      const refused = await limited('followChannel', account);
      if (refused !== undefined) return refused;
      const fact: NewEvent = {
        id: ids.next(),
        ...(following
          ? { type: 'ChannelFollowed', data: { channelId: id, head } }
          : { type: 'ChannelUnfollowed', data: { channelId: id } }),
        metadata: { occurredAt: clock.now(), actor },
      };
      const outcome = await deps.eventStore.append({ stream: accountStream(account), expected: 'any', events: [fact] });
      return { ...done, position: outcome.kind === 'appended' ? outcome.position : undefined };
    },
  };
}
