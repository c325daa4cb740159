import type { EventMetadata, EventStore, NewEvent, Position } from '../../platform/eventStore/port.js';
import type { Clock } from '../../platform/clock/port.js';
import {
  isMember,
  submitDecided,
  type Conversation,
  type ConversationState,
  type ConversationStates,
  type ConversationWriter,
  type DataOf,
  type Decided,
} from '../conversations/index.js';
import { eachOf } from '../shared/each.js';
import { eventAt } from '../shared/eventAt.js';
import { uuidv8 } from '../shared/ids.js';
import { conversationStream } from '../shared/streams.js';
import type { CommunityCommand, LinkCommand } from './commands.js';
import { decideCommunity, type CommunityDecision, type CommunityRejection } from './decide.js';
import { decideLink } from './decideLink.js';

/** The event that something follows from. */
export interface Cause {
  readonly id: string;
  readonly revision: number;
  readonly position: Position;
  readonly metadata: EventMetadata;
}

export type Followed = Decided<CommunityRejection>;

/**
 * What follows in one stream from an event of another: each says again what is so, so that it may be done twice, late, or
 * again after newer things; each stream decides at its own append. `busy`: the same has to be tried again.
 */
export interface CommunityLinks {
  /** Of a group's stream, at `cause`. Refused: the group is told that it is in no community. */
  linked(groupId: string, communityId: string, cause: Cause): Promise<Followed>;
  unlinked(groupId: string, communityId: string, cause: Cause): Promise<Followed>;
  joined(groupId: string, data: DataOf<'MembersAdded'>, cause: Cause): Promise<Followed>;
  /** Of a community's stream. */
  groupLinked(communityId: string, data: DataOf<'GroupLinked'>, cause: Cause): Promise<Followed>;
  groupUnlinked(communityId: string, data: DataOf<'GroupUnlinked'>, cause: Cause): Promise<Followed>;
  deactivated(communityId: string, cause: Cause): Promise<Followed>;
  left(communityId: string, accountId: string, how: 'left' | 'removed', cause: Cause): Promise<Followed>;
}

export interface CommunityLinksDeps {
  readonly eventStore: Pick<EventStore, 'readStream'>;
  readonly writer: Pick<ConversationWriter, 'submit'>;
  readonly states: Pick<ConversationStates, 'refresh'>;
  readonly clock: Clock;
}

const DONE: Followed = { outcome: 'done', position: undefined };
const EVENT_SIZE = 1_000;
const BYTES_A_MEMBER = 40;
const LANES = 8;

export function communityLinks({ eventStore, writer, states, clock }: CommunityLinksDeps): CommunityLinks {
  const stateOf = async (id: string): Promise<ConversationState> => (await states.refresh(id)).state;
  /** Of a group that is in the community. */
  const groupOf = async (groupId: string, communityId: string): Promise<Conversation | undefined> => {
    const state = await stateOf(groupId);
    return state.kind === 'group' && state.community?.id === communityId ? state : undefined;
  };

  const positionAt = async (id: string, revision: number): Promise<Position | undefined> =>
    (await eventAt(eventStore, conversationStream(id), revision))?.position;

  /** Its id follows from the cause and from where it stands, so that the same is never taken for another. */
  const submit = (
    id: string,
    { id: causationId, metadata: { actor, correlationId } }: Cause,
    decide: (state: ConversationState) => CommunityDecision,
    size = EVENT_SIZE,
  ): Promise<Followed> => {
    const metadata: EventMetadata = {
      occurredAt: clock.now(),
      causationId,
      ...(correlationId !== undefined && { correlationId }),
      ...(actor !== undefined && { actor }),
    };
    return submitDecided<CommunityRejection>(writer, id, size, (state, revision) => {
      const decision = decide(state);
      if ('rejected' in decision) return decision;
      const events = decision.events.map((event, index): NewEvent => ({
        id: uuidv8(`community:${causationId}:${id}:${String(revision + index)}`),
        ...event,
        metadata,
      }));
      return { events };
    });
  };
  const inCommunity = (id: string, cause: Cause, command: CommunityCommand, size?: number): Promise<Followed> =>
    submit(id, cause, (state) => decideCommunity(state, command), size);
  const inGroup = (id: string, cause: Cause, command: LinkCommand): Promise<Followed> =>
    submit(id, cause, (state) => decideLink(state, command));

  /** Whoever left the community after the cause is on the way out of its groups. */
  const takeIn = async (
    communityId: string,
    groupId: string,
    accounts: readonly string[],
    cause: Cause,
  ): Promise<Followed> => {
    const community = await stateOf(communityId);
    if (community.kind === 'absent') return DONE;
    const members: string[] = [];
    for (const accountId of accounts) {
      const gone = community.members.has(accountId) ? undefined : community.left.get(accountId)?.at(-1);
      const leftAt = gone === undefined ? undefined : await positionAt(communityId, gone.to - 1);
      if (leftAt === undefined || leftAt < cause.position) members.push(accountId);
    }
    const size = EVENT_SIZE + members.length * BYTES_A_MEMBER;
    return inCommunity(communityId, cause, { type: 'takeIn', groupId, members }, size);
  };

  const expel = async (
    communityId: string,
    groupId: string,
    accountId: string,
    how: 'left' | 'removed',
    cause: Cause,
  ): Promise<Followed> => {
    const group = await groupOf(groupId, communityId);
    if (group === undefined) return DONE;
    const stay = group.members.get(accountId)?.joinedAt;
    if (stay === undefined) {
      const waits = group.requests.has(accountId) && !isMember(await stateOf(communityId), accountId);
      return waits ? inGroup(groupId, cause, { type: 'turnAway', communityId, accountId }) : DONE;
    }
    const since = await positionAt(groupId, stay);
    if (since !== undefined && since > cause.position) return DONE;
    return inGroup(groupId, cause, { type: 'expel', communityId, accountId, stay, how });
  };

  /** The first that is to be tried again, if any; else what became of the last. */
  const all = async <T>(items: Iterable<T>, each: (item: T) => Promise<Followed>): Promise<Followed> => {
    let outcome = DONE;
    await eachOf([...items], LANES, async (item) => {
      const done = await each(item);
      if (outcome.outcome !== 'busy') outcome = done;
    });
    return outcome;
  };

  return {
    async linked(groupId, communityId, cause) {
      const link = cause.revision;
      const group = await groupOf(groupId, communityId);
      if (group?.community?.link !== link) return DONE;
      const members = [...group.members.keys()];
      const by = cause.metadata.actor?.account ?? '';
      const done = await inCommunity(communityId, cause, { type: 'admitGroup', by, groupId, link, members });
      if (done.outcome === 'done' || done.outcome === 'busy') return done;
      const cut = await inGroup(groupId, cause, { type: 'cut', communityId, link });
      return cut.outcome === 'busy' ? cut : done;
    },

    async unlinked(groupId, communityId, cause) {
      const community = await stateOf(communityId);
      const link = community.kind === 'absent' ? undefined : community.groups.get(groupId)?.link;
      // A later link is not over.
      if (link === undefined || link > cause.revision) return DONE;
      return inCommunity(communityId, cause, { type: 'dismissGroup', groupId, link });
    },

    async joined(groupId, { members, via }, cause) {
      const group = await stateOf(groupId);
      if (group.kind !== 'group' || group.community === null || group.community.link > cause.revision) return DONE;
      const { id: communityId, link } = group.community;
      const stays = members.filter((accountId) => group.members.get(accountId)?.joinedAt === cause.revision);
      const community = await stateOf(communityId);
      const known = community.kind === 'absent' ? undefined : community.groups.get(groupId);
      if (known?.linked !== true || known.link !== link) return DONE;
      if (via !== 'community') return takeIn(communityId, groupId, stays, cause);
      // Out of the community, at the very time when it was left.
      const strangers = stays.filter((accountId) => !isMember(community, accountId));
      return all(strangers, (accountId) =>
        inGroup(groupId, cause, { type: 'expel', communityId, accountId, stay: cause.revision, how: 'left' }),
      );
    },

    async groupLinked(communityId, { groupId, link }, cause) {
      const group = await groupOf(groupId, communityId);
      if (group?.community?.link !== link)
        return inCommunity(communityId, cause, { type: 'dismissGroup', groupId, link });
      // Who came later is another event's to take in.
      const members = [...group.members].filter(([, { joinedAt }]) => joinedAt <= link).map(([accountId]) => accountId);
      return takeIn(communityId, groupId, members, cause);
    },

    groupUnlinked: (communityId, { groupId, link }, cause) =>
      inGroup(groupId, cause, { type: 'cut', communityId, link }),

    async deactivated(communityId, cause) {
      const community = await stateOf(communityId);
      if (community.kind === 'absent') return DONE;
      return all(community.groups, ([groupId, { link }]) =>
        inGroup(groupId, cause, { type: 'cut', communityId, link }),
      );
    },

    async left(communityId, accountId, how, cause) {
      const community = await stateOf(communityId);
      if (community.kind === 'absent') return DONE;
      const groups = [...community.groups].filter(([, { linked, since }]) => linked && since < cause.revision);
      return all(groups, ([groupId]) => expel(communityId, groupId, accountId, how, cause));
    },
  };
}
