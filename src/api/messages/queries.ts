import { Arg, Ctx, ID, Query, Resolver } from 'type-graphql';
import { versionsOf } from '../../projections/timeline/edits.queries.js';
import { messageById } from '../../projections/timeline/timeline.queries.js';
import { settle } from '../kit/consistency.js';
import { sessionOf, type ApiContext } from '../kit/context.js';
import { decodeId } from '../kit/nodeIds.js';
import { ReadToken } from '../kit/scalars.js';
import { Allow } from '../kit/shape.js';
import { Message, MessageVersion } from './types.js';
import { messageValue } from './values.js';

@Resolver()
export class MessageQueries {
  @Allow('device')
  @Query(() => Message, {
    nullable: true,
    description: 'Null for one that does not exist, or that the caller may not see.',
  })
  async message(
    @Arg('id', () => ID) id: string,
    @Arg('atLeast', () => ReadToken, { nullable: true }) atLeast: string | null | undefined,
    @Ctx() context: ApiContext,
  ): Promise<Message | null> {
    const uuid = decodeId('message', id);
    await settle(context, atLeast);
    const found = await messageById(context.services.reads.pool, sessionOf(context).accountId, uuid);
    return found === null ? null : messageValue(found);
  }

  @Allow('device')
  @Query(() => [MessageVersion], {
    description:
      'All that a message has said, the first version first; empty for one that was never edited, or is gone.',
  })
  async editHistory(
    @Arg('messageId', () => ID) messageId: string,
    @Arg('atLeast', () => ReadToken, { nullable: true }) atLeast: string | null | undefined,
    @Ctx() context: ApiContext,
  ): Promise<readonly MessageVersion[]> {
    const uuid = decodeId('message', messageId);
    await settle(context, atLeast);
    return versionsOf(context.services.reads.pool, sessionOf(context).accountId, uuid);
  }
}
