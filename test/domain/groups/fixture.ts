import type { GroupCommand } from '../../../src/domain/groups/commands.js';
import { decideGroup } from '../../../src/domain/groups/decide.js';
import {
  ABSENT,
  DEFAULT_SETTINGS,
  evolve,
  type ConversationEvent,
  type ConversationState,
  type GroupSettings,
  type Role,
} from '../../../src/domain/conversations/index.js';
import { placed, specification } from '../../kit/specification.js';

export const sealed = { k: 'group|conversation', n: 'n', c: 'c' };

/** `owner` made it; the others have the role that stands after their name: `ann:admin`. */
export function created(members: readonly string[] = [], settings: Partial<GroupSettings> = {}): ConversationEvent {
  const others = members.map((member) => {
    const [accountId = '', role = 'member'] = member.split(':');
    return { accountId, role: role as Role };
  });
  return {
    type: 'GroupCreated',
    data: {
      name: sealed,
      members: [{ accountId: 'owner', role: 'owner' }, ...others],
      settings: { ...DEFAULT_SETTINGS, ...settings },
    },
  };
}
export const added = (...members: string[]): ConversationEvent => ({
  type: 'MembersAdded',
  data: { members, sharedHistory: false, via: 'admin' },
});
export const removed = (accountId: string): ConversationEvent => ({ type: 'MemberRemoved', data: { accountId } });
export const left = (accountId: string, newOwner?: string): ConversationEvent => ({
  type: 'MemberLeft',
  data: { accountId, ...(newOwner !== undefined && { newOwner }) },
});
export const roleChanged = (accountId: string, role: Role): ConversationEvent => ({
  type: 'RoleChanged',
  data: { accountId, role },
});
export const linked = (linkId: string, limits: { expiresAt?: number; maxUses?: number } = {}): ConversationEvent => ({
  type: 'InviteLinkCreated',
  data: { linkId, tokenHash: `hash of ${linkId}`, ...limits },
});
export const joinedBy = (linkId: string, accountId: string, sharedHistory = false): ConversationEvent => ({
  type: 'MembersAdded',
  data: { members: [accountId], sharedHistory, via: 'link', linkId },
});
export const requested = (accountId: string, linkId: string): ConversationEvent => ({
  type: 'JoinRequested',
  data: { accountId, linkId },
});
export const declined = (accountId: string): ConversationEvent => ({ type: 'JoinDeclined', data: { accountId } });

export const { given } = specification<ConversationState, ConversationEvent, GroupCommand, string>({
  initial: ABSENT,
  evolve: (state, event, revision) => evolve(state, placed([event], 'owner', revision)[0]!),
  decide: decideGroup,
});
