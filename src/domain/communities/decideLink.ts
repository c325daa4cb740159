import { isAdmin, isMember, type ConversationState } from '../conversations/index.js';
import { isOnlyOwner, successorOf } from '../groups/index.js';
import type { LinkCommand } from './commands.js';
import { NOTHING, type CommunityDecision, type CommunityRejection } from './decide.js';

const rejected = (rejection: CommunityRejection): CommunityDecision => ({ rejected: rejection });

/** On the stream of a group: it is in one community at most. */
export function decideLink(state: ConversationState, command: LinkCommand): CommunityDecision {
  const { communityId } = command;
  if (command.type === 'link' || command.type === 'unlink') {
    if (!isMember(state, command.by)) return rejected('not_a_member');
    if (state.kind !== 'group' || !isAdmin(state, command.by)) return rejected('not_allowed');
  }
  if (state.kind !== 'group') return NOTHING;
  const { community } = state;
  const isIn = community?.id === communityId;
  switch (command.type) {
    case 'link':
      if (isIn) return NOTHING;
      return community === null
        ? { events: [{ type: 'LinkedToCommunity', data: { communityId } }] }
        : rejected('linked_elsewhere');
    case 'unlink':
      return isIn ? unlinked(communityId) : NOTHING;
    case 'cut':
      return isIn && community.link === command.link ? unlinked(communityId) : NOTHING;
    case 'expel': {
      const { accountId, stay, how } = command;
      if (!isIn || state.members.get(accountId)?.joinedAt !== stay) return NOTHING;
      const newOwner = isOnlyOwner(state, accountId) ? successorOf(state, accountId) : undefined;
      const data = { accountId, ...(newOwner !== undefined && { newOwner }) };
      return { events: [{ type: how === 'left' ? 'MemberLeft' : 'MemberRemoved', data }] };
    }
    case 'turnAway': {
      const request = state.requests.get(command.accountId);
      if (!isIn || request === undefined || request.linkId !== undefined) return NOTHING;
      return { events: [{ type: 'JoinDeclined', data: { accountId: command.accountId } }] };
    }
  }
}

function unlinked(communityId: string): CommunityDecision {
  return { events: [{ type: 'UnlinkedFromCommunity', data: { communityId } }] };
}
