import { Arg, Ctx, Query, Resolver } from 'type-graphql';
import { channelOf } from '../../projections/lists/lists.queries.js';
import { settle } from '../kit/consistency.js';
import { sessionOf, type ApiContext } from '../kit/context.js';
import { ReadToken } from '../kit/scalars.js';
import { Allow } from '../kit/shape.js';
import { Channel } from './types.js';
import { channelValue } from './values.js';

@Resolver()
export class ChannelQueries {
  @Allow('device')
  @Query(() => Channel, { nullable: true, description: 'By its handle, for anybody. Null when there is none.' })
  async channel(
    @Arg('handle', () => String) handle: string,
    @Arg('atLeast', () => ReadToken, { nullable: true }) atLeast: string | null | undefined,
    @Ctx() context: ApiContext,
  ): Promise<Channel | null> {
    await settle(context, atLeast);
    if (!/^\w{3,32}$/.test(handle)) return null;
    const { accountId } = sessionOf(context);
    const found = await channelOf(context.services.reads.pool, accountId, { handle: handle.toLowerCase() });
    return found === null ? null : channelValue(found);
  }
}
