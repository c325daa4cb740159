import {
  ABSENT,
  evolve,
  type ConversationEvent,
  type ConversationState,
} from '../../../src/domain/conversations/index.js';
import type { CommunityCommand, LinkCommand } from '../../../src/domain/communities/commands.js';
import { COMMUNITY_SETTINGS, decideCommunity } from '../../../src/domain/communities/decide.js';
import { decideLink } from '../../../src/domain/communities/decideLink.js';
import type { GroupCommand } from '../../../src/domain/groups/commands.js';
import { decideGroup } from '../../../src/domain/groups/decide.js';
import { placed, specification } from '../../kit/specification.js';
import { sealed } from '../groups/fixture.js';

/** `owner` made it. */
export const community: ConversationEvent = {
  type: 'CommunityCreated',
  data: { name: sealed, settings: COMMUNITY_SETTINGS },
};
export const groupLinked = (groupId: string, link = 1): ConversationEvent => ({
  type: 'GroupLinked',
  data: { groupId, link },
});
export const groupUnlinked = (groupId: string, link = 1): ConversationEvent => ({
  type: 'GroupUnlinked',
  data: { groupId, link },
});
/** Members of the group became members of the community. */
export const tookIn = (groupId: string, ...members: string[]): ConversationEvent => ({
  type: 'MembersAdded',
  data: { members, sharedHistory: true, via: 'group', groupId },
});
export const deactivated: ConversationEvent = { type: 'CommunityDeactivated', data: {} };
export const linkedTo = (communityId: string): ConversationEvent => ({
  type: 'LinkedToCommunity',
  data: { communityId },
});
export const unlinkedFrom = (communityId: string): ConversationEvent => ({
  type: 'UnlinkedFromCommunity',
  data: { communityId },
});

const evolving = (state: ConversationState, event: ConversationEvent, revision: number): ConversationState =>
  evolve(state, placed([event], 'owner', revision)[0]!);
export const folded = (...events: ConversationEvent[]): ConversationState => events.reduce(evolving, ABSENT);

/** What is decided on the community's own stream. */
export const { given: givenCommunity } = specification<ConversationState, ConversationEvent, CommunityCommand, string>({
  initial: ABSENT,
  evolve: evolving,
  decide: decideCommunity,
});
/** What is decided on the stream of a group about its community. */
export const { given: givenGroup } = specification<ConversationState, ConversationEvent, LinkCommand, string>({
  initial: ABSENT,
  evolve: evolving,
  decide: decideLink,
});
/** What members do, in a community as in any group. */
export const { given } = specification<ConversationState, ConversationEvent, GroupCommand, string>({
  initial: ABSENT,
  evolve: evolving,
  decide: decideGroup,
});
/** The same in a group whose community is as `others` say. */
export const givenIn = (...others: ConversationEvent[]) =>
  specification<ConversationState, ConversationEvent, GroupCommand, string>({
    initial: ABSENT,
    evolve: evolving,
    decide: (state, command) => decideGroup(state, command, folded(...others)),
  }).given;
