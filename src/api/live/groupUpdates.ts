import type { DataOf, GroupSettings, Role } from '../../domain/conversations/index.js';
import type { TimelineEntry } from '../../projections/timeline/entry.js';
import { encodeId } from '../kit/nodeIds.js';

/** What all of them have: where and when, and who did it. */
interface InGroup {
  readonly conversationId: string;
  readonly seq: number;
  readonly at: string;
  readonly actorId: string;
}

export type GroupUpdateValue =
  | MembersChangedValue
  | ConversationInfoChangedValue
  | GroupSettingsChangedValue
  | InviteLinksChangedValue
  | JoinRequestedValue
  | JoinDeclinedValue;

export interface MembersChangedValue extends InGroup {
  readonly __typename: 'MembersChanged';
  readonly change: 'ADDED' | 'REMOVED' | 'LEFT' | 'ROLE';
  readonly accountIds: readonly string[];
  readonly role: Role | null;
  readonly newOwnerId: string | null;
}

export interface ConversationInfoChangedValue extends InGroup {
  readonly __typename: 'ConversationInfoChanged';
  readonly changed: readonly ('NAME' | 'DESCRIPTION' | 'AVATAR')[];
  readonly name: string | null;
  readonly description: string | null;
  readonly avatar: string | null;
}

export interface GroupSettingsChangedValue extends InGroup {
  readonly __typename: 'GroupSettingsChanged';
  readonly send: GroupSettings['send'] | null;
  readonly editInfo: GroupSettings['editInfo'] | null;
  readonly addMembers: GroupSettings['addMembers'] | null;
  readonly approval: boolean | null;
  readonly sharedHistory: boolean | null;
}

export interface InviteLinksChangedValue extends InGroup {
  readonly __typename: 'InviteLinksChanged';
  readonly linkId: string;
  readonly revoked: boolean;
}

export interface JoinRequestedValue extends InGroup {
  readonly __typename: 'JoinRequested';
  readonly accountId: string;
}

/** An approved one is a member: that is told as such. */
export interface JoinDeclinedValue extends InGroup {
  readonly __typename: 'JoinDeclined';
  readonly accountId: string;
}

/** What an entry about a group tells; undefined for other entries. */
export function groupUpdate(entry: TimelineEntry): GroupUpdateValue | undefined {
  const where = {
    conversationId: encodeId('conversation', entry.conversationId),
    seq: entry.seq,
    at: new Date(entry.at).toISOString(),
    actorId: encodeId('account', entry.authorId ?? ''),
  };
  const accountOf = (id: string): string => encodeId('account', id);
  const body: unknown = entry.body ?? {};
  switch (entry.kind) {
    case 'members_added': {
      const { members } = body as DataOf<'MembersAdded'>;
      return { ...membersChanged(where, 'ADDED', members.map(accountOf)), role: 'member' };
    }
    case 'member_removed':
    case 'member_left': {
      const { accountId, newOwner } = body as DataOf<'MemberLeft'>;
      const newOwnerId = newOwner === undefined ? null : accountOf(newOwner);
      const change = entry.kind === 'member_left' ? 'LEFT' : 'REMOVED';
      return { ...membersChanged(where, change, [accountOf(accountId)]), newOwnerId };
    }
    case 'role_changed': {
      const { accountId, role } = body as DataOf<'RoleChanged'>;
      return { ...membersChanged(where, 'ROLE', [accountOf(accountId)]), role };
    }
    case 'group_info_changed': {
      const { name, description, avatar } = body as {
        readonly [field in 'name' | 'description' | 'avatar']?: string | null;
      };
      const changed = (
        [
          ['NAME', name],
          ['DESCRIPTION', description],
          ['AVATAR', avatar],
        ] as const
      ).flatMap(([field, value]) => (value === undefined ? [] : [field]));
      return {
        __typename: 'ConversationInfoChanged',
        ...where,
        changed,
        name: name ?? null,
        description: description ?? null,
        avatar: avatar ?? null,
      };
    }
    case 'group_settings_changed': {
      const {
        send = null,
        editInfo = null,
        addMembers = null,
        approval = null,
        sharedHistory = null,
      } = body as DataOf<'GroupSettingsChanged'>;
      return { __typename: 'GroupSettingsChanged', ...where, send, editInfo, addMembers, approval, sharedHistory };
    }
    case 'invite_link_created':
    case 'invite_link_revoked': {
      const linkId = encodeId('link', (body as DataOf<'InviteLinkRevoked'>).linkId);
      return { __typename: 'InviteLinksChanged', ...where, linkId, revoked: entry.kind === 'invite_link_revoked' };
    }
    case 'join_requested':
      return {
        __typename: 'JoinRequested',
        ...where,
        accountId: accountOf((body as DataOf<'JoinRequested'>).accountId),
      };
    case 'join_declined':
      return {
        __typename: 'JoinDeclined',
        ...where,
        accountId: accountOf((body as DataOf<'JoinDeclined'>).accountId),
      };
    default:
      return undefined;
  }
}

function membersChanged(
  where: InGroup,
  change: MembersChangedValue['change'],
  accountIds: readonly string[],
): MembersChangedValue {
  return { __typename: 'MembersChanged', ...where, change, accountIds, role: null, newOwnerId: null };
}
