import { Arg, Ctx, ID, Int, Query, Resolver } from 'type-graphql';
import { starredPage } from '../../projections/timeline/starred.queries.js';
import { unreadTotals } from '../../projections/timeline/unread.queries.js';
import { settle } from '../kit/consistency.js';
import { sessionOf, type ApiContext } from '../kit/context.js';
import { decodeId } from '../kit/nodeIds.js';
import { connectionOf, decodePlace, encodePlace, pageSize } from '../kit/paging.js';
import { ReadToken } from '../kit/scalars.js';
import { Allow } from '../kit/shape.js';
import { messageValue } from '../messages/values.js';
import { StarredConnection, UnreadTotals } from './types.js';

const LIST = 'starred';
const PLACE = /^(\d{1,19})$/;

@Resolver()
export class PreferenceQueries {
  @Allow('device')
  @Query(() => StarredConnection, {
    description: 'Messages that the caller has starred and may still see, in one conversation or in all.',
  })
  async starredMessages(
    @Arg('conversationId', () => ID, { nullable: true }) conversationId: string | null | undefined,
    @Arg('first', () => Int, { defaultValue: 20, nullable: true }) first: number | null,
    @Arg('after', () => String, { nullable: true }) after: string | null | undefined,
    @Arg('atLeast', () => ReadToken, { nullable: true }) atLeast: string | null | undefined,
    @Ctx() context: ApiContext,
  ): Promise<StarredConnection> {
    const size = pageSize('first', first, 20);
    const conversation = conversationId == null ? undefined : decodeId('conversation', conversationId);
    const [place] = after == null ? [] : decodePlace(LIST, PLACE, after);
    await settle(context, atLeast);
    const found = await starredPage(context.services.reads.pool, sessionOf(context).accountId, {
      limit: size + 1,
      ...(place === undefined ? {} : { before: BigInt(place) }),
      ...(conversation === undefined ? {} : { conversationId: conversation }),
    });
    const page = found.slice(0, size);
    const { edges, pageInfo } = connectionOf(page, ({ position }) => encodePlace(LIST, String(position)), {
      before: place !== undefined,
      after: found.length > size,
    });
    return {
      edges: edges.map(({ cursor, node }) => ({
        cursor,
        node: messageValue(node.message),
        starredAt: node.starredAt,
      })),
      pageInfo,
    };
  }

  @Allow('device')
  @Query(() => UnreadTotals, { description: 'For a badge: docs/topics/unread.md.' })
  async unreadTotals(
    @Arg('atLeast', () => ReadToken, { nullable: true }) atLeast: string | null | undefined,
    @Ctx() context: ApiContext,
  ): Promise<UnreadTotals> {
    await settle(context, atLeast);
    const { reads, clock } = context.services;
    return unreadTotals(reads.pool, sessionOf(context).accountId, clock.now());
  }
}
