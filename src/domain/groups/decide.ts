import type {
  Conversation,
  ConversationEvent,
  ConversationState,
  GroupSettings,
  Permitted,
  Role,
} from '../conversations/index.js';
import { ABSENT, isAdmin, isMember, roleOf } from '../conversations/index.js';
import type { CommandOf, GroupCommand } from './commands.js';
import { isOnlyOwner, outranks, successorOf } from './roles.js';

export const MAX_MEMBERS = 1024;
/** Of a community. Checked when somebody comes to it or to one of its groups: of those who come at once a few more may. */
export const MAX_COMMUNITY_MEMBERS = 5000;
/** Links that were not revoked, working or not. */
export const MAX_LINKS = 32;
export const MAX_REQUESTS = 1024;

/** The others of a community are fixed: it is for announcements. */
const COMMUNITY_SETTINGS: ReadonlySet<string> = new Set(['approval', 'sharedHistory']);

export type GroupRejection =
  | 'not_a_member'
  /** The role does not suffice, or it is no group. */
  | 'not_allowed'
  | 'no_such_member'
  /** It would leave the group without an owner. */
  | 'last_owner'
  | 'group_full'
  /** The community, or that of the group. */
  | 'community_full'
  /** The group is not one of the community's. */
  | 'not_linked'
  | 'too_many_links'
  | 'no_such_link'
  | 'link_expired'
  | 'link_used_up'
  | 'no_such_request';

/** No events: it is so already. */
export type GroupDecision = { readonly events: readonly ConversationEvent[] } | { readonly rejected: GroupRejection };

const NOTHING: GroupDecision = { events: [] };
const rejected = (rejection: GroupRejection): GroupDecision => ({ rejected: rejection });

/**
 * Of a group or a community.
 * @param community of a group that is in one, as it was just now
 */
export function decideGroup(
  state: ConversationState,
  command: GroupCommand,
  community: ConversationState = ABSENT,
): GroupDecision {
  switch (command.type) {
    case 'create':
      return decideCreate(state, command);
    case 'join':
      return decideJoin(state, command, community);
    case 'joinFrom':
      return decideJoinFrom(state, command, community);
    default:
      break;
  }
  if (state.kind === 'absent') return rejected('not_a_member');
  if (command.type === 'declineJoin') return decideDecline(state, command);
  if (command.type === 'leave') return decideLeave(state, command);
  const role = roleOf(state, command.by);
  if (role === undefined) return rejected('not_a_member');
  if (!isManaged(state)) return rejected('not_allowed');
  switch (command.type) {
    case 'addMembers':
      return decideAdd(state, command, community);
    case 'removeMember':
      return decideRemove(state, command, role);
    case 'changeRole':
      return decideRole(state, command, role);
    case 'changeInfo':
      return decideInfo(state, command);
    case 'changeSettings':
      return decideSettings(state, command);
    case 'createLink':
      return decideCreateLink(state, command);
    case 'revokeLink':
      return decideRevokeLink(state, command);
    case 'approveJoin':
      return decideApprove(state, command, community);
  }
}

/** The group's id follows from who creates it and their client id, so what is there is this one. */
function decideCreate(state: ConversationState, command: CommandOf<'create'>): GroupDecision {
  if (state.kind !== 'absent') return NOTHING;
  const { by, name, description, avatar, settings } = command;
  const others = [...new Set(command.members)].filter((accountId) => accountId !== by);
  if (others.length >= MAX_MEMBERS) return rejected('group_full');
  const members = [
    { accountId: by, role: 'owner' as const },
    ...others.map((accountId) => ({ accountId, role: 'member' as const })),
  ];
  const data = {
    name,
    ...(description !== undefined && { description }),
    ...(avatar !== undefined && { avatar }),
    members,
    settings,
  };
  return { events: [{ type: 'GroupCreated', data }] };
}

function decideAdd(
  state: Conversation,
  { by, members }: CommandOf<'addMembers'>,
  community: ConversationState,
): GroupDecision {
  if (!permits(state, state.settings.addMembers, by)) return rejected('not_allowed');
  return add(
    state,
    [...new Set(members)].filter((accountId) => !state.members.has(accountId)),
    { via: 'admin', community },
  );
}

function add(
  state: Conversation,
  members: readonly string[],
  {
    via,
    linkId,
    community,
  }: {
    readonly via: 'admin' | 'link' | 'request' | 'community';
    readonly linkId?: string | undefined;
    readonly community: ConversationState;
  },
): GroupDecision {
  if (members.length === 0) return NOTHING;
  if (state.kind === 'community') {
    if (!hasRoom(state, members)) return rejected('community_full');
  } else if (state.members.size + members.length > MAX_MEMBERS) return rejected('group_full');
  else if (!hasRoom(community, members)) return rejected('community_full');
  const { sharedHistory } = state.settings;
  return {
    events: [{ type: 'MembersAdded', data: { members, sharedHistory, via, ...(linkId !== undefined && { linkId }) } }],
  };
}

function decideRemove(state: Conversation, { by, accountId }: CommandOf<'removeMember'>, role: Role): GroupDecision {
  if (!isAdmin(state, by) || accountId === by) return rejected('not_allowed');
  const target = roleOf(state, accountId);
  if (target === undefined) return state.left.has(accountId) ? NOTHING : rejected('no_such_member');
  return outranks(target, role)
    ? rejected('not_allowed')
    : { events: [{ type: 'MemberRemoved', data: { accountId } }] };
}

function decideLeave(state: Conversation, { by }: CommandOf<'leave'>): GroupDecision {
  if (!isMember(state, by)) return state.left.has(by) ? NOTHING : rejected('not_a_member');
  if (!isManaged(state)) return rejected('not_allowed');
  const newOwner = isOnlyOwner(state, by) ? successorOf(state, by) : undefined;
  // Thousands who do not know each other: none of them gets it by chance.
  if (state.kind === 'community' && newOwner !== undefined && !isAdmin(state, newOwner)) return rejected('last_owner');
  return { events: [{ type: 'MemberLeft', data: { accountId: by, ...(newOwner !== undefined && { newOwner }) } }] };
}

function decideRole(state: Conversation, command: CommandOf<'changeRole'>, own: Role): GroupDecision {
  const { by, accountId, role } = command;
  if (!isAdmin(state, by)) return rejected('not_allowed');
  const before = roleOf(state, accountId);
  if (before === undefined) return rejected('no_such_member');
  if (outranks(before, own) || outranks(role, own)) return rejected('not_allowed');
  if (before === role) return NOTHING;
  if (isOnlyOwner(state, accountId)) return rejected('last_owner');
  return { events: [{ type: 'RoleChanged', data: { accountId, role } }] };
}

/** That a text says what it said before is not known here: it is stored sealed. */
function decideInfo(state: Conversation, command: CommandOf<'changeInfo'>): GroupDecision {
  const { by, name, description, avatar } = command;
  if (!permits(state, state.settings.editInfo, by)) return rejected('not_allowed');
  const data = {
    ...(name !== undefined && { name }),
    ...(description !== undefined && { description }),
    ...(avatar !== undefined && { avatar }),
  };
  return Object.keys(data).length === 0 ? NOTHING : { events: [{ type: 'GroupInfoChanged', data }] };
}

function decideSettings(state: Conversation, { by, settings }: CommandOf<'changeSettings'>): GroupDecision {
  if (!isAdmin(state, by)) return rejected('not_allowed');
  const changed = Object.entries(settings).filter(
    ([setting, value]) => state.settings[setting as keyof GroupSettings] !== value,
  );
  if (changed.length === 0) return NOTHING;
  if (state.kind === 'community' && changed.some(([setting]) => !COMMUNITY_SETTINGS.has(setting)))
    return rejected('not_allowed');
  return { events: [{ type: 'GroupSettingsChanged', data: Object.fromEntries(changed) }] };
}

function decideCreateLink(state: Conversation, command: CommandOf<'createLink'>): GroupDecision {
  const { by, linkId, tokenHash, expiresAt, maxUses } = command;
  if (!isAdmin(state, by)) return rejected('not_allowed');
  if (state.links.has(linkId)) return NOTHING;
  if (state.links.size >= MAX_LINKS) return rejected('too_many_links');
  const data = {
    linkId,
    tokenHash,
    ...(expiresAt !== undefined && { expiresAt }),
    ...(maxUses !== undefined && { maxUses }),
  };
  return { events: [{ type: 'InviteLinkCreated', data }] };
}

function decideRevokeLink(state: Conversation, { by, linkId }: CommandOf<'revokeLink'>): GroupDecision {
  if (!isAdmin(state, by)) return rejected('not_allowed');
  return state.links.has(linkId) ? { events: [{ type: 'InviteLinkRevoked', data: { linkId } }] } : NOTHING;
}

/** A member who follows a link is where it leads, whatever has become of the link. Whom an admin has removed an admin lets in again. */
function decideJoin(state: ConversationState, command: CommandOf<'join'>, community: ConversationState): GroupDecision {
  const { by, tokenHash, now, removedLongAgo = false } = command;
  const found = findLink(state, tokenHash, now);
  if (state.kind === 'absent') return rejected('no_such_link');
  if (state.members.has(by) && found !== 'no_such_link') return NOTHING;
  if (typeof found === 'string') return rejected(found);
  const { linkId } = found;
  return joinWaits(state, by, removedLongAgo)
    ? ask(state, by, linkId)
    : add(state, [by], { via: 'link', linkId, community });
}

function decideJoinFrom(
  state: ConversationState,
  { by, communityId, removedLongAgo = false }: CommandOf<'joinFrom'>,
  community: ConversationState,
): GroupDecision {
  if (state.kind !== 'group' || state.community?.id !== communityId || state.members.size === 0)
    return rejected('not_linked');
  if (!isMember(community, by)) return rejected('not_a_member');
  if (state.members.has(by)) return NOTHING;
  return joinWaits(state, by, removedLongAgo) ? ask(state, by) : add(state, [by], { via: 'community', community });
}

function ask(state: Conversation, accountId: string, linkId?: string): GroupDecision {
  if (state.requests.has(accountId)) return NOTHING;
  if (state.requests.size >= MAX_REQUESTS) return rejected('group_full');
  return { events: [{ type: 'JoinRequested', data: { accountId, ...(linkId !== undefined && { linkId }) } }] };
}

/** Whether the account waits for an admin. @param removedLongAgo if the state does not know of its last stay any more */
export function joinWaits(state: Conversation, accountId: string, removedLongAgo: boolean): boolean {
  const last = state.left.get(accountId)?.at(-1);
  return state.settings.approval || (last === undefined ? removedLongAgo : last.removed === true);
}

/** The working link that has this token. A group that everybody has left has none: nobody would own it. */
export function findLink(
  state: ConversationState,
  tokenHash: string,
  now: number,
): { readonly linkId: string } | 'no_such_link' | 'link_expired' | 'link_used_up' {
  if (state.kind === 'absent' || !isManaged(state) || state.members.size === 0) return 'no_such_link';
  for (const [linkId, link] of state.links) {
    if (link.tokenHash !== tokenHash) continue;
    if (link.expiresAt !== null && link.expiresAt <= now) return 'link_expired';
    return link.maxUses !== null && link.uses >= link.maxUses ? 'link_used_up' : { linkId };
  }
  return 'no_such_link';
}

/** The link may have ended since: who asked in time may come in. */
function decideApprove(
  state: Conversation,
  { by, accountId }: CommandOf<'approveJoin'>,
  community: ConversationState,
): GroupDecision {
  if (!isAdmin(state, by)) return rejected('not_allowed');
  if (state.members.has(accountId)) return NOTHING;
  const request = state.requests.get(accountId);
  if (request === undefined) return rejected('no_such_request');
  return add(state, [accountId], { via: 'request', linkId: request.linkId, community });
}

function decideDecline(state: Conversation, { by, accountId }: CommandOf<'declineJoin'>): GroupDecision {
  if (by !== accountId) {
    if (!isMember(state, by)) return rejected('not_a_member');
    if (!isAdmin(state, by)) return rejected('not_allowed');
  }
  return state.requests.has(accountId) ? { events: [{ type: 'JoinDeclined', data: { accountId } }] } : NOTHING;
}

/** Others are managed by nobody, or in their own way. */
function isManaged({ kind }: Conversation): boolean {
  return kind === 'group' || kind === 'community';
}

/** Whether the community holds them beside those who are in it. */
export function hasRoom(community: ConversationState, accounts: readonly string[]): boolean {
  if (community.kind === 'absent') return true;
  const others = accounts.filter((accountId) => !community.members.has(accountId));
  return others.length === 0 || community.members.size + others.length <= MAX_COMMUNITY_MEMBERS;
}

function permits(state: Conversation, permitted: Permitted, accountId: string): boolean {
  return permitted === 'everyone' || isAdmin(state, accountId);
}
