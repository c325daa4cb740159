import { Ctx, FieldResolver, ID, Resolver, Root } from 'type-graphql';
import { communityOfGroup, groupsOfCommunity } from '../../projections/lists/communities.queries.js';
import { Conversation } from '../conversations/types.js';
import { GroupPreview } from '../groups/types.js';
import type { ApiContext } from '../kit/context.js';
import { encodeId } from '../kit/nodeIds.js';

@Resolver(() => Conversation)
export class CommunityFields {
  @FieldResolver(() => ID, {
    nullable: true,
    description: 'Of a group that is in a community: the conversation of its announcements. For members.',
  })
  async communityId(
    @Root() { uuid, kind, myRole }: Conversation,
    @Ctx() { services }: ApiContext,
  ): Promise<string | null> {
    if (kind !== 'group' || myRole === null) return null;
    const found = await communityOfGroup(services.reads.pool, uuid);
    return found === null ? null : encodeId('conversation', found);
  }

  @FieldResolver(() => [GroupPreview], {
    nullable: true,
    description: 'Of a community, for its members: all of its groups, the first linked first; up to 50.',
  })
  async groups(
    @Root() { uuid, kind, myRole, viewer }: Conversation,
    @Ctx() { services }: ApiContext,
  ): Promise<readonly GroupPreview[] | null> {
    if (kind !== 'community' || myRole === null) return null;
    const found = await groupsOfCommunity(services.reads.pool, uuid, viewer);
    return found.map(({ id, ...group }) => ({ conversationId: encodeId('conversation', id), ...group }));
  }
}
