import { Arg, Ctx, ID, Query, Resolver } from 'type-graphql';
import { directConversationId } from '../../domain/conversations/index.js';
import { messageId as messageIdOf } from '../../domain/messages/index.js';
import { broadcastClientId } from '../../domain/broadcasts/index.js';
import { conversationOf } from '../../projections/conversations/conversations.queries.js';
import { broadcastMessage, deliveriesOf, type DeliveryView } from '../../projections/lists/lists.queries.js';
import { settle } from '../kit/consistency.js';
import { sessionOf, type ApiContext } from '../kit/context.js';
import { decodeId, encodeId } from '../kit/nodeIds.js';
import { ReadToken } from '../kit/scalars.js';
import { Allow } from '../kit/shape.js';
import { BroadcastDelivery, BroadcastList, type BroadcastStatus } from './types.js';
import { listValue } from './values.js';

@Resolver()
export class BroadcastQueries {
  @Allow('device')
  @Query(() => BroadcastList, { nullable: true, description: "Null for what is no list of the caller's." })
  async broadcastList(
    @Arg('id', () => ID) id: string,
    @Arg('atLeast', () => ReadToken, { nullable: true }) atLeast: string | null | undefined,
    @Ctx() context: ApiContext,
  ): Promise<BroadcastList | null> {
    const uuid = decodeId('conversation', id);
    const { accountId } = sessionOf(context);
    await settle(context, atLeast);
    const found = await conversationOf(context.services.reads.pool, accountId, uuid);
    return found?.kind === 'broadcast' ? listValue(found, accountId) : null;
  }

  @Allow('device')
  @Query(() => [BroadcastDelivery], {
    nullable: true,
    description:
      "How far a message to a list has come with each recipient, as far as each shows that; when, says `messageInfo` of the direct message. Null for what is no such message of the caller's.",
  })
  async broadcastDelivery(
    @Arg('messageId', () => ID) id: string,
    @Arg('atLeast', () => ReadToken, { nullable: true }) atLeast: string | null | undefined,
    @Ctx() context: ApiContext,
  ): Promise<readonly BroadcastDelivery[] | null> {
    const uuid = decodeId('message', id);
    const { accountId } = sessionOf(context);
    await settle(context, atLeast);
    const { pool } = context.services.reads;
    const message = await broadcastMessage(pool, accountId, uuid);
    if (message === null) return null;
    const clientId = broadcastClientId(uuid);
    const copies = message.recipients.map((recipient) => {
      const conversationId = directConversationId(accountId, recipient);
      return { recipient, conversationId, messageId: messageIdOf(conversationId, accountId, clientId) };
    });
    const ids = copies.map(({ messageId }) => messageId);
    const [found, { privacy }] = await Promise.all([
      deliveriesOf(pool, accountId, ids),
      context.services.relations.of(accountId),
    ]);
    const deliveries = new Map(found.map((delivery) => [delivery.messageId, delivery]));
    return copies.map(({ recipient, conversationId, messageId }) => ({
      accountId: encodeId('account', recipient),
      status: statusOf(deliveries.get(messageId), privacy.readReceipts),
      conversationId: encodeId('conversation', conversationId),
      messageId: encodeId('message', messageId),
    }));
  }
}

/** @param readShown who does not tell what it has read is not told either */
function statusOf(delivery: DeliveryView | undefined, readShown: boolean): BroadcastStatus {
  if (delivery === undefined) return 'PENDING';
  if (delivery.read && readShown) return 'READ';
  return delivery.delivered ? 'DELIVERED' : 'SENT';
}
