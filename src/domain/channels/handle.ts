import type { Clock } from '../../platform/clock/port.js';
import type { EventStore, NewEvent, Position } from '../../platform/eventStore/port.js';
import type { Ids } from '../../platform/ids/port.js';
import type { KeyStore } from '../../platform/keys/port.js';
import type { Limiter } from '../../platform/limits/port.js';
import type { SealedField } from '../../platform/keys/seal.js';
import {
  isMember,
  submitDecided,
  type Actor,
  type ConversationStates,
  type ConversationWriter,
} from '../conversations/index.js';
import { conversationKeyRef, conversationSealer } from '../shared/conversationSeal.js';
import { uuidv8 } from '../shared/ids.js';
import { accountStream } from '../shared/streams.js';
import { checkText, type TextProblem } from '../shared/text.js';
import { decideChannel, HANDLE, type ChannelCommand, type ChannelRejection } from './decide.js';

export type ChannelOutcome =
  /** `position` undefined: it was so already. */
  | { readonly outcome: 'done'; readonly channelId: string; readonly position: Position | undefined }
  | { readonly outcome: ChannelRejection | 'no_such_account' }
  | { readonly outcome: 'invalid_text'; readonly field: string; readonly reason: TextProblem }
  | { readonly outcome: 'rate_limited'; readonly retryAfterMs: number }
  | { readonly outcome: 'busy'; readonly retryAfterMs: number };

export interface ChannelInfo {
  readonly name?: string;
  readonly description?: string | null;
  readonly avatar?: string | null;
}

interface OfChannel {
  readonly actor: Actor;
  readonly channelId: string;
}

export interface ChannelHandlers {
  /** Idempotent for ever by (account, handle). */
  create(
    request: ChannelInfo & { readonly actor: Actor; readonly handle: string; readonly name: string },
  ): Promise<ChannelOutcome>;
  update(request: OfChannel & ChannelInfo): Promise<ChannelOutcome>;
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
}

const TEXTS = { name: 100, description: 2048, avatar: 512 } as const;
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

  /** Trimmed and sealed for the event; an empty text takes it away. */
  const sealedInfo = async (id: string, event: { readonly id: string; readonly type: string }, given: ChannelInfo) => {
    const seal = conversationSealer(await keys.ensure(conversationKeyRef(id)), id, event);
    const sealed: { name?: SealedField; description?: SealedField | null; avatar?: string | null } = {};
    if (given.name !== undefined) sealed.name = seal('name', given.name.trim());
    const description = given.description?.trim() ?? '';
    if (given.description !== undefined)
      sealed.description = description === '' ? null : seal('description', description);
    if (given.avatar !== undefined) sealed.avatar = given.avatar === '' ? null : given.avatar;
    return sealed;
  };

  return {
    async create({ actor, handle, ...given }) {
      if (!HANDLE.test(handle)) return { outcome: 'invalid_text', field: 'handle', reason: 'malformed' };
      const problem = problemOf(given);
      if (problem !== undefined) return problem;
      const refused = await limited('createGroup', actor.account);
      if (refused !== undefined) return refused;
      const id = channelId(handle);
      // No key is made for what is another's.
      const { state } = await states.load(id);
      if (state.kind !== 'absent' && !isMember(state, actor.account)) return { outcome: 'handle_taken' };
      const eventId = ids.next();
      const { name, description, avatar } = await sealedInfo(id, { id: eventId, type: 'ChannelCreated' }, given);
      const info = {
        name: name!,
        ...(description != null && { description }),
        ...(avatar != null && { avatar }),
      };
      return submit({ actor, channelId: id }, { type: 'create', by: actor.account, handle, ...info }, eventId);
    },
    async update({ actor, channelId: id, ...given }) {
      const problem = problemOf(given);
      if (problem !== undefined) return problem;
      const refused = await limited('changeGroup', actor.account);
      if (refused !== undefined) return refused;
      if ((await states.load(id)).state.kind !== 'channel') return { outcome: 'no_such_channel' };
      const eventId = ids.next();
      const info = await sealedInfo(id, { id: eventId, type: 'GroupInfoChanged' }, given);
      return submit({ actor, channelId: id }, { type: 'changeInfo', by: actor.account, ...info }, eventId);
    },
    async setAdmin({ accountId, admin, ...of }) {
      const refused = await limited('changeGroup', of.actor.account);
      if (refused !== undefined) return refused;
      if (admin && !(await deps.accountExists(accountId))) return { outcome: 'no_such_account' };
      if (admin && (await deps.mayAdd(of.actor.account, accountId)) !== 'yes') return { outcome: 'not_allowed' };
      return submit(of, { type: 'setAdmin', by: of.actor.account, accountId, admin });
    },
    async follow({ actor, channelId: id, following }) {
      const { account } = actor;
      const { state } = await states.load(id);
      if (state.kind !== 'channel') return { outcome: 'no_such_channel' };
      const done = { outcome: 'done', channelId: id, position: undefined } as const;
      if ((following && isMember(state, account)) || (await deps.isFollowing(account, id)) === following) return done;
      const refused = await limited('followChannel', account);
      if (refused !== undefined) return refused;
      const fact: NewEvent = {
        id: ids.next(),
        type: following ? 'ChannelFollowed' : 'ChannelUnfollowed',
        data: { channelId: id },
        metadata: { occurredAt: clock.now(), actor },
      };
      const outcome = await deps.eventStore.append({ stream: accountStream(account), expected: 'any', events: [fact] });
      return { ...done, position: outcome.kind === 'appended' ? outcome.position : undefined };
    },
  };
}

function problemOf(given: ChannelInfo): Extract<ChannelOutcome, { readonly outcome: 'invalid_text' }> | undefined {
  for (const field of ['name', 'description', 'avatar'] as const) {
    const text = given[field];
    if (text == null) continue;
    const reason = checkText(text.trim(), { max: TEXTS[field], min: field === 'name' ? 1 : 0 });
    if (reason !== null) return { outcome: 'invalid_text', field, reason };
  }
  return undefined;
}
