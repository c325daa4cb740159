import { Arg, Ctx, Query, Resolver } from 'type-graphql';
import { conversationOf } from '../../projections/conversations/conversations.queries.js';
import { groupInfo, memberCount } from '../../projections/conversations/members.queries.js';
import { sessionOf, type ApiContext } from '../kit/context.js';
import { encodeId } from '../kit/nodeIds.js';
import { Allow } from '../kit/shape.js';
import { GroupPreview } from './types.js';

@Resolver()
export class GroupQueries {
  @Allow('device')
  @Query(() => GroupPreview, { nullable: true, description: 'Null for a link that does not work, or not any more.' })
  async groupByLink(
    @Arg('token', () => String) token: string,
    @Ctx() context: ApiContext,
  ): Promise<GroupPreview | null> {
    const { services } = context;
    const { accountId } = sessionOf(context);
    const link = await services.groups.followLink(token, accountId);
    if (link === null) return null;
    const { conversationId, approval } = link;
    const { pool } = services.reads;
    const [info, count, mine] = await Promise.all([
      groupInfo(pool, conversationId),
      memberCount(pool, conversationId),
      conversationOf(pool, accountId, conversationId),
    ]);
    if (info === null) return null;
    return {
      conversationId: encodeId('conversation', conversationId),
      ...info,
      memberCount: count,
      approval,
      joined: mine?.role != null,
    };
  }
}
