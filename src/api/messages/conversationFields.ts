import { Ctx, FieldResolver, Int, Resolver, Root } from 'type-graphql';
import { Conversation } from '../conversations/types.js';
import type { ApiContext } from '../kit/context.js';
import { encodeId } from '../kit/nodeIds.js';
import { PinnedMessage } from './types.js';
import { messageValue } from './values.js';

@Resolver(() => Conversation)
export class ConversationMessageFields {
  @FieldResolver(() => Int, {
    description: 'Unread messages that mention the caller, or everyone; counted up to 1,000.',
  })
  unreadMentions(@Root() { uuid, viewer }: Conversation, @Ctx() { loaders }: ApiContext): Promise<number> {
    return loaders.unreadMentions.load({ conversationId: uuid, viewer });
  }

  @FieldResolver(() => [PinnedMessage], { description: 'Up to three, the newest pin first.' })
  async pinnedMessages(
    @Root() { uuid, viewer }: Conversation,
    @Ctx() { loaders }: ApiContext,
  ): Promise<readonly PinnedMessage[]> {
    const pins = await loaders.pins.load({ conversationId: uuid, viewer });
    return pins.map(({ message, by, at }) => ({
      message: messageValue(message),
      pinnedBy: encodeId('account', by),
      pinnedAt: at,
    }));
  }
}
