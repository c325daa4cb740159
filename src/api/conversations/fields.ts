import { Arg, Ctx, FieldResolver, Int, Resolver, Root } from 'type-graphql';
import { encodeId } from '../kit/nodeIds.js';
import type { ApiContext } from '../kit/context.js';
import { DateTime } from '../kit/scalars.js';
import { messagePage } from '../messages/pages.js';
import { Message, MessageConnection } from '../messages/types.js';
import { messageValue } from '../messages/values.js';
import { Watermark } from '../receipts/types.js';
import { Conversation } from './types.js';

const OPTIONAL = { nullable: true };

@Resolver(() => Conversation)
export class ConversationFields {
  @FieldResolver(() => Int, { description: "Messages by others past one's own read watermark; counted up to 1,000." })
  unreadCount(@Root() { uuid, viewer }: Conversation, @Ctx() { loaders }: ApiContext): Promise<number> {
    return loaders.unread.load({ conversationId: uuid, viewer });
  }

  @FieldResolver(() => Message, { nullable: true })
  async lastMessage(@Root() { uuid, viewer }: Conversation, @Ctx() { loaders }: ApiContext): Promise<Message | null> {
    const found = await loaders.lastMessage.load({ conversationId: uuid, viewer });
    return found === null ? null : messageValue(found);
  }

  @FieldResolver(() => [Watermark], {
    description:
      "Of a direct conversation both members'; of others one's own: `messageInfo` tells of a message who has it.",
  })
  async watermarks(
    @Root() { uuid, viewer }: Conversation,
    @Ctx() { loaders, services }: ApiContext,
  ): Promise<readonly Watermark[]> {
    const [found, { privacy }] = await Promise.all([
      loaders.watermarks.load({ conversationId: uuid, viewer }),
      services.relations.of(viewer),
    ]);
    return found.map(({ accountId, deliveredUpTo, readUpTo }) => ({
      accountId: encodeId('account', accountId),
      deliveredUpTo: Math.max(0, deliveredUpTo),
      // Who does not show what was read is not shown it either.
      readUpTo: accountId === viewer || privacy.readReceipts ? Math.max(0, readUpTo) : 0,
      accountUuid: accountId,
    }));
  }

  @FieldResolver(() => MessageConnection, {
    description:
      'Chronological. `first` pages forwards, `last` backwards; the newest 20 by default. Around a sequence, or from a time, with `first`.',
  })
  messages(
    @Root() { uuid, viewer }: Conversation,
    @Arg('first', () => Int, OPTIONAL) first: number | null | undefined,
    @Arg('after', () => String, OPTIONAL) after: string | null | undefined,
    @Arg('last', () => Int, OPTIONAL) last: number | null | undefined,
    @Arg('before', () => String, OPTIONAL) before: string | null | undefined,
    @Arg('aroundSeq', () => Int, OPTIONAL) aroundSeq: number | null | undefined,
    @Arg('fromTime', () => DateTime, OPTIONAL) fromTime: number | null | undefined,
    @Ctx() { services }: ApiContext,
  ): Promise<MessageConnection> {
    const given = {
      first: first ?? null,
      after: after ?? null,
      last: last ?? null,
      before: before ?? null,
      aroundSeq: aroundSeq ?? null,
      fromTime: fromTime ?? null,
    };
    return messagePage(services.reads.pool, { conversationId: uuid, viewer }, given);
  }
}
