import {
  isAdmin,
  roleOf,
  type Conversation,
  type ConversationEvent,
  type ConversationState,
  type GroupSettings,
} from '../conversations/index.js';
import { hasRoom } from '../groups/index.js';
import type { CommunityCommand } from './commands.js';

export const MAX_GROUPS = 50;

/** For announcements: admins write, and members do not see each other. */
export const COMMUNITY_SETTINGS: GroupSettings = {
  send: 'admins',
  editInfo: 'admins',
  addMembers: 'admins',
  approval: false,
  sharedHistory: true,
};

export type CommunityRejection =
  'not_a_member' | 'not_allowed' | 'too_many_groups' | 'community_full' | 'linked_elsewhere' | 'unlinked';
/** Of what somebody asked for. */
export type CommunityRefusal = Exclude<CommunityRejection, 'unlinked'>;
/** No events: it is so already. */
export type CommunityDecision =
  { readonly events: readonly ConversationEvent[] } | { readonly rejected: CommunityRejection };

export const NOTHING: CommunityDecision = { events: [] };
const rejected = (rejection: CommunityRejection): CommunityDecision => ({ rejected: rejection });

export function decideCommunity(state: ConversationState, command: CommunityCommand): CommunityDecision {
  if (command.type === 'create') {
    const { by: _by, type: _type, ...info } = command;
    // The id follows from who creates it and their client id, so what is there is this one.
    if (state.kind !== 'absent') return NOTHING;
    return { events: [{ type: 'CommunityCreated', data: { ...info, settings: COMMUNITY_SETTINGS } }] };
  }
  if (state.kind === 'absent') return rejected('not_a_member');
  if (state.kind !== 'community') return rejected('not_allowed');
  switch (command.type) {
    case 'admitGroup':
      return decideAdmit(state, command);
    case 'dismissGroup': {
      const { groupId, link } = command;
      const group = state.groups.get(groupId);
      return group?.linked === true && group.link === link ? unlinked(groupId, link) : NOTHING;
    }
    case 'removeGroup':
      return decideRemove(state, command);
    case 'takeIn':
      return decideTakeIn(state, command);
    case 'deactivate': {
      const role = roleOf(state, command.by);
      // Nobody is in it any more, then.
      if (role === undefined)
        return state.left.has(command.by) && state.members.size === 0 ? NOTHING : rejected('not_a_member');
      return role === 'owner' ? { events: [{ type: 'CommunityDeactivated', data: {} }] } : rejected('not_allowed');
    }
  }
}

/** Whether the community would have the group now. */
export function mayAdmit(
  state: ConversationState,
  { by, groupId, members }: { readonly by: string; readonly groupId: string; readonly members: readonly string[] },
): CommunityRefusal | undefined {
  const role = roleOf(state, by);
  if (state.kind === 'absent' || role === undefined) return 'not_a_member';
  if (state.kind !== 'community' || !isAdmin(state, by)) return 'not_allowed';
  if (state.groups.get(groupId)?.linked === true) return undefined;
  const linked = [...state.groups.values()].filter((group) => group.linked).length;
  if (linked >= MAX_GROUPS) return 'too_many_groups';
  return hasRoom(state, members) ? undefined : 'community_full';
}

/** A link that was cut before it came here stays so: the group is told. */
function decideAdmit(
  state: Conversation,
  command: Extract<CommunityCommand, { type: 'admitGroup' }>,
): CommunityDecision {
  const { groupId, link } = command;
  const known = state.groups.get(groupId);
  if (known !== undefined && known.link >= link)
    return known.link === link && !known.linked ? rejected('unlinked') : NOTHING;
  const refusal = mayAdmit(state, command);
  return refusal === undefined ? { events: [{ type: 'GroupLinked', data: { groupId, link } }] } : rejected(refusal);
}

function decideRemove(
  state: Conversation,
  { by, groupId }: Extract<CommunityCommand, { type: 'removeGroup' }>,
): CommunityDecision {
  if (!state.members.has(by)) return rejected('not_a_member');
  if (!isAdmin(state, by)) return rejected('not_allowed');
  const group = state.groups.get(groupId);
  return group?.linked === true ? unlinked(groupId, group.link) : NOTHING;
}

/** However many: at the door it was asked whether there is room, and nobody is put out of a group for want of it. */
function decideTakeIn(
  state: Conversation,
  { groupId, members }: Extract<CommunityCommand, { type: 'takeIn' }>,
): CommunityDecision {
  if (state.groups.get(groupId)?.linked !== true) return NOTHING;
  const newcomers = members.filter((accountId) => !state.members.has(accountId));
  if (newcomers.length === 0) return NOTHING;
  const { sharedHistory } = state.settings;
  return { events: [{ type: 'MembersAdded', data: { members: newcomers, sharedHistory, via: 'group', groupId } }] };
}

function unlinked(groupId: string, link: number): CommunityDecision {
  return { events: [{ type: 'GroupUnlinked', data: { groupId, link } }] };
}
