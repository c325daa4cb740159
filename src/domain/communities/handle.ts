import type { Clock } from '../../platform/clock/port.js';
import type { EventStore, NewEvent, Position } from '../../platform/eventStore/port.js';
import type { Ids } from '../../platform/ids/port.js';
import type { KeyStore } from '../../platform/keys/port.js';
import type { LimitName } from '../../platform/limits/limits.js';
import type { Limiter } from '../../platform/limits/port.js';
import {
  isAdmin,
  isMember,
  submitDecided,
  type Actor,
  type ConversationState,
  type ConversationStates,
  type ConversationWriter,
} from '../conversations/index.js';
import { conversationKeyRef, conversationSealer } from '../shared/conversationSeal.js';
import { checkTexts, firstTexts, type ConversationTexts, type TextRefusal } from '../shared/conversationTexts.js';
import { uuidv8 } from '../shared/ids.js';
import { checkText } from '../shared/text.js';
import {
  decideCommunity,
  mayAdmit,
  type CommunityDecision,
  type CommunityRefusal,
  type CommunityRejection,
} from './decide.js';
import { decideLink } from './decideLink.js';
import type { Cause, CommunityLinks, Followed } from './handleLinks.js';

export type CommunityOutcome =
  /** `position` undefined: it was so already. */
  | { readonly outcome: 'done'; readonly conversationId: string; readonly position: Position | undefined }
  | { readonly outcome: CommunityRefusal }
  | ({ readonly outcome: 'invalid_text' } & TextRefusal)
  | { readonly outcome: 'rate_limited'; readonly retryAfterMs: number }
  | { readonly outcome: 'busy'; readonly retryAfterMs: number };

interface OfCommunity {
  readonly actor: Actor;
  readonly communityId: string;
}

/** What is done in one stream is brought to the other at once; what a crash leaves of it, a worker does. */
export interface CommunityHandlers {
  /** Idempotent for ever by (account, client id). */
  create(
    request: ConversationTexts & { readonly actor: Actor; readonly clientId: string; readonly name: string },
  ): Promise<CommunityOutcome>;
  /** By an admin of both. */
  link(request: OfCommunity & { readonly groupId: string }): Promise<CommunityOutcome>;
  /** By an admin of either. */
  unlink(request: OfCommunity & { readonly groupId: string }): Promise<CommunityOutcome>;
  /** By an owner. */
  deactivate(request: OfCommunity): Promise<CommunityOutcome>;
}

export interface CommunityDeps {
  readonly eventStore: Pick<EventStore, 'head'>;
  readonly writer: Pick<ConversationWriter, 'submit'>;
  readonly states: Pick<ConversationStates, 'load' | 'refresh'>;
  readonly links: CommunityLinks;
  readonly keys: Pick<KeyStore, 'ensure'>;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly limiter: Limiter;
}

const MAX_CLIENT_ID = 128;
const EVENT_SIZE = 12_000;

export function communityId(account: string, clientId: string): string {
  return uuidv8(`community:${account}:${clientId}`);
}

export function communityHandlers(deps: CommunityDeps): CommunityHandlers {
  const { eventStore, writer, states, links, keys, clock, ids, limiter } = deps;

  const limited = async (limit: LimitName, account: string): Promise<CommunityOutcome | undefined> => {
    const taken = await limiter.take(limit, account);
    return taken.ok ? undefined : { outcome: 'rate_limited', retryAfterMs: taken.retryAfterMs };
  };

  /** One event at most; with it, for what follows from it, where it is. */
  const submit = async (
    conversationId: string,
    actor: Actor,
    decide: (state: ConversationState) => CommunityDecision,
    eventId = ids.next(),
  ): Promise<{ readonly outcome: CommunityOutcome; readonly cause?: Cause }> => {
    const metadata = { occurredAt: clock.now(), actor };
    let revision = -1;
    const done = await submitDecided<CommunityRejection>(writer, conversationId, EVENT_SIZE, (state, first) => {
      revision = first;
      const decision = decide(state);
      if ('rejected' in decision) return decision;
      return { events: decision.events.map((event): NewEvent => ({ id: eventId, ...event, metadata })) };
    });
    // Nobody asks here for what is refused as `unlinked`.
    if (done.outcome !== 'done') return { outcome: done as CommunityOutcome };
    const { position } = done;
    const outcome: CommunityOutcome = { outcome: 'done', conversationId, position };
    return position === undefined ? { outcome } : { outcome, cause: { id: eventId, revision, position, metadata } };
  };

  /** Of what was done and what followed: the later of the two. Who is busy is left to the worker. */
  const followed = async (
    conversationId: string,
    done: CommunityOutcome,
    then: Followed,
  ): Promise<CommunityOutcome> => {
    // Who was quicker has unlinked it again.
    if (done.outcome !== 'done' || then.outcome === 'busy' || then.outcome === 'unlinked') return done;
    if (then.outcome !== 'done') return { outcome: then.outcome };
    // The worker may have been quicker: what it wrote is in the log by now.
    return { outcome: 'done', conversationId, position: then.position ?? (await eventStore.head()) };
  };

  return {
    async create({ actor, clientId, ...given }) {
      const badId = checkText(clientId, { max: MAX_CLIENT_ID });
      if (badId !== null) return { outcome: 'invalid_text', field: 'clientId', reason: badId };
      const checked = checkTexts(given);
      if ('problem' in checked) return { outcome: 'invalid_text', ...checked.problem };
      const id = communityId(actor.account, clientId);
      const known = (await states.load(id)).revision >= 0;
      const refused = known ? undefined : await limited('createGroup', actor.account);
      if (refused !== undefined) return refused;
      const eventId = ids.next();
      const key = await keys.ensure(conversationKeyRef(id));
      const seal = conversationSealer(key, id, { id: eventId, type: 'CommunityCreated' });
      const command = { type: 'create', by: actor.account, ...firstTexts(checked.texts, seal) } as const;
      return (await submit(id, actor, (state) => decideCommunity(state, command), eventId)).outcome;
    },

    async link({ actor, communityId: id, groupId }) {
      const refused = await limited('changeGroup', actor.account);
      if (refused !== undefined) return refused;
      const by = actor.account;
      const [community, group] = await Promise.all([states.refresh(id), states.refresh(groupId)]);
      if (!isMember(group.state, by)) return { outcome: 'not_a_member' };
      const members = group.state.kind === 'absent' ? [] : [...group.state.members.keys()];
      // Asked before the group says anything; decided when the community does.
      const rejection = mayAdmit(community.state, { by, groupId, members });
      if (rejection !== undefined) return { outcome: rejection };
      const command = { type: 'link', by, communityId: id } as const;
      const { outcome, cause } = await submit(groupId, actor, (state) => decideLink(state, command));
      return cause === undefined ? outcome : followed(id, outcome, await links.linked(groupId, id, cause));
    },

    async unlink({ actor, communityId: id, groupId }) {
      const refused = await limited('changeGroup', actor.account);
      if (refused !== undefined) return refused;
      const by = actor.account;
      const [community, group] = await Promise.all([states.refresh(id), states.refresh(groupId)]);
      if (isAdmin(group.state, by) && group.state.kind === 'group') {
        const command = { type: 'unlink', by, communityId: id } as const;
        const { outcome, cause } = await submit(groupId, actor, (state) => decideLink(state, command));
        return cause === undefined ? outcome : followed(id, outcome, await links.unlinked(groupId, id, cause));
      }
      if (!isMember(community.state, by))
        return { outcome: isMember(group.state, by) ? 'not_allowed' : 'not_a_member' };
      const command = { type: 'removeGroup', by, groupId } as const;
      const { outcome, cause } = await submit(id, actor, (state) => decideCommunity(state, command));
      const link = community.state.kind === 'absent' ? undefined : community.state.groups.get(groupId)?.link;
      if (cause === undefined || link === undefined) return outcome;
      return followed(id, outcome, await links.groupUnlinked(id, { groupId, link }, cause));
    },

    async deactivate({ actor, communityId: id }) {
      const refused = await limited('changeGroup', actor.account);
      if (refused !== undefined) return refused;
      const command = { type: 'deactivate', by: actor.account } as const;
      const { outcome, cause } = await submit(id, actor, (state) => decideCommunity(state, command));
      return cause === undefined ? outcome : followed(id, outcome, await links.deactivated(id, cause));
    },
  };
}
