import { Field, ID } from 'type-graphql';
import type { DataOf, Role } from '../../domain/conversations/index.js';
import type { TimelineEntry } from '../../projections/timeline/entry.js';
import { MemberRole } from '../conversations/types.js';
import { Entry, Placed } from '../groups/updates.js';
import { encodeId } from '../kit/nodeIds.js';
import { Shape } from '../kit/shape.js';

@Shape({ description: 'In the timeline of a group: it is in the community now, or not any more.' })
export class GroupCommunityChanged extends Entry {
  readonly __typename!: 'GroupCommunityChanged';

  @Field(() => ID, { description: 'Of the conversation of its announcements.' })
  readonly communityId!: string;

  @Field(() => Boolean)
  readonly linked!: boolean;
}

@Shape({
  description:
    'In the timeline of a community: it has the group now, or not any more. Not who did it: that may be a member whom others do not see.',
})
export class CommunityGroupsChanged extends Placed {
  readonly __typename!: 'CommunityGroupsChanged';

  @Field(() => ID)
  readonly groupId!: string;

  @Field(() => Boolean)
  readonly linked!: boolean;
}

@Shape({ description: 'Nobody is in the community any more, and its groups are on their own.' })
export class CommunityDeactivated extends Entry {
  readonly __typename!: 'CommunityDeactivated';
}

@Shape({
  description: "Of a community, to who is no admin: the account's own membership. Admins are told `MembersChanged`.",
})
export class OwnMembershipChanged extends Placed {
  readonly __typename!: 'OwnMembershipChanged';

  @Field(() => MemberRole, { nullable: true, description: 'Null: it is in the community no more.' })
  readonly role!: Role | null;
}

export const COMMUNITY_UPDATES = [
  GroupCommunityChanged,
  CommunityGroupsChanged,
  CommunityDeactivated,
  OwnMembershipChanged,
] as const;
export type CommunityUpdateValue = InstanceType<(typeof COMMUNITY_UPDATES)[number]>;

/** What an entry about a community, or about the community of a group, tells; undefined for other entries. */
export function communityUpdate(entry: TimelineEntry): CommunityUpdateValue | undefined {
  const where = {
    conversationId: encodeId('conversation', entry.conversationId),
    seq: entry.seq,
    at: new Date(entry.at).toISOString(),
  };
  const by = { ...where, actorId: encodeId('account', entry.authorId ?? '') };
  const body: unknown = entry.body ?? {};
  switch (entry.kind) {
    case 'linked_to_community':
    case 'unlinked_from_community': {
      const communityId = encodeId('conversation', (body as DataOf<'LinkedToCommunity'>).communityId);
      const linked = entry.kind === 'linked_to_community';
      return { __typename: 'GroupCommunityChanged', ...by, communityId, linked };
    }
    case 'group_linked':
    case 'group_unlinked': {
      const groupId = encodeId('conversation', (body as DataOf<'GroupLinked'>).groupId);
      return { __typename: 'CommunityGroupsChanged', ...where, groupId, linked: entry.kind === 'group_linked' };
    }
    case 'community_deactivated':
      return { __typename: 'CommunityDeactivated', ...by };
    case 'own_membership':
      return { __typename: 'OwnMembershipChanged', ...where, role: (body as { readonly role: Role | null }).role };
    default:
      return undefined;
  }
}
