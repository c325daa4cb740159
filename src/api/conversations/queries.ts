import { Arg, Ctx, ID, Int, Query, Resolver } from 'type-graphql';
import { conversationOf, conversationsPage } from '../../projections/conversations/conversations.queries.js';
import { settle } from '../kit/consistency.js';
import { sessionOf, type ApiContext } from '../kit/context.js';
import { decodeId } from '../kit/nodeIds.js';
import { pageSize } from '../kit/paging.js';
import { ReadToken } from '../kit/scalars.js';
import { Allow } from '../kit/shape.js';
import { Conversation, ConversationConnection, Snapshot } from './types.js';
import { conversationsConnection, conversationValue, placeOf } from './values.js';

@Resolver()
export class ConversationQueries {
  @Allow('device')
  @Query(() => Conversation, {
    nullable: true,
    description: "Null for one that does not exist, or is not the caller's.",
  })
  async conversation(
    @Arg('id', () => ID) id: string,
    @Arg('atLeast', () => ReadToken, { nullable: true }) atLeast: string | null | undefined,
    @Ctx() context: ApiContext,
  ): Promise<Conversation | null> {
    const uuid = decodeId('conversation', id);
    const { accountId } = sessionOf(context);
    await settle(context, atLeast);
    const found = await conversationOf(context.services.reads.pool, accountId, uuid);
    return found === null ? null : conversationValue(found, accountId);
  }

  @Allow('device')
  @Query(() => ConversationConnection, {
    description:
      'Pinned ones first, the last pinned on top; then by last activity. Without deleted ones: docs/topics/chats.md.',
  })
  async conversations(
    @Arg('first', () => Int, { defaultValue: 20, nullable: true }) first: number | null,
    @Arg('after', () => String, { nullable: true }) after: string | null | undefined,
    @Arg('archived', () => Boolean, {
      nullable: true,
      description: 'Only those that are archived, or only those that are not.',
    })
    archived: boolean | null | undefined,
    @Arg('atLeast', () => ReadToken, { nullable: true }) atLeast: string | null | undefined,
    @Ctx() context: ApiContext,
  ): Promise<ConversationConnection> {
    const { accountId } = sessionOf(context);
    const size = pageSize('first', first, 20);
    const place = placeOf(after);
    await settle(context, atLeast);
    const found = await conversationsPage(context.services.reads.pool, accountId, {
      limit: size + 1,
      ...(place === undefined ? {} : { after: place }),
      ...(archived == null ? {} : { archived }),
    });
    return conversationsConnection(found, size, accountId, place);
  }

  @Allow('device')
  @Query(() => Snapshot, { description: 'Where a device begins: docs/protocol/updates.md.' })
  async snapshot(
    @Arg('conversations', () => Int, { defaultValue: 50, nullable: true }) conversations: number | null,
    @Ctx() context: ApiContext,
  ): Promise<Snapshot> {
    const { accountId } = sessionOf(context);
    const { reads, cursors } = context.services;
    const size = pageSize('conversations', conversations, 50);
    return reads.transaction(
      async (client) => {
        const position = await reads.position(client);
        const found = await conversationsPage(client, accountId, { limit: size + 1 });
        return {
          cursor: cursors.encodeCursor(position),
          conversations: conversationsConnection(found, size, accountId, undefined),
        };
      },
      { isolation: 'repeatable read', durable: false },
    );
  }
}
