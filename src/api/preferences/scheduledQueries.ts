import { Arg, Ctx, ID, Int, Query, Resolver } from 'type-graphql';
import { scheduledPage } from '../../projections/preferences/scheduled.queries.js';
import { settle } from '../kit/consistency.js';
import { sessionOf, type ApiContext } from '../kit/context.js';
import { decodeId } from '../kit/nodeIds.js';
import { connectionOf, decodePlace, encodePlace, pageSize } from '../kit/paging.js';
import { ReadToken } from '../kit/scalars.js';
import { Allow } from '../kit/shape.js';
import { ScheduledConnection } from './scheduledTypes.js';
import { scheduledValue } from './scheduledValues.js';

const LIST = 'scheduled';
const PLACE = /^(\d{1,16}):([0-9a-f-]{36})$/;

@Resolver()
export class ScheduledQueries {
  @Allow('device')
  @Query(() => ScheduledConnection, {
    description: 'What the caller has waiting, is being sent or failed; in one conversation or in all.',
  })
  async scheduledMessages(
    @Arg('conversationId', () => ID, { nullable: true }) conversationId: string | null | undefined,
    @Arg('first', () => Int, { defaultValue: 20, nullable: true }) first: number | null,
    @Arg('after', () => String, { nullable: true }) after: string | null | undefined,
    @Arg('atLeast', () => ReadToken, { nullable: true }) atLeast: string | null | undefined,
    @Ctx() context: ApiContext,
  ): Promise<ScheduledConnection> {
    const size = pageSize('first', first, 20);
    const conversation = conversationId == null ? undefined : decodeId('conversation', conversationId);
    const [at, id] = after == null ? [] : decodePlace(LIST, PLACE, after);
    await settle(context, atLeast);
    const found = await scheduledPage(context.services.reads.pool, sessionOf(context).accountId, {
      limit: size + 1,
      ...(at === undefined || id === undefined ? {} : { after: { at: Number(at), id } }),
      ...(conversation === undefined ? {} : { conversationId: conversation }),
    });
    const { edges, pageInfo } = connectionOf(found.slice(0, size), (view) => encodePlace(LIST, view.at, view.id), {
      before: at !== undefined,
      after: found.length > size,
    });
    return { edges: edges.map(({ cursor, node }) => ({ cursor, node: scheduledValue(node) })), pageInfo };
  }
}
