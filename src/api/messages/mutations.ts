import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import { actorOf, type ApiContext } from '../kit/context.js';
import { fault } from '../kit/errors.js';
import { decodeId, encodeId } from '../kit/nodeIds.js';
import { problem } from '../kit/problems.js';
import { Allow } from '../kit/shape.js';
import { givenContent } from './given.js';
import { ForwardMessagesInput, SendMessageInput } from './inputs.js';
import { mentionsOf } from './mentions.js';
import { ForwardMessagesResult, SendMessageResult } from './results.js';
import { sentValue } from './sent.js';

const MAX_FORWARD_CLIENT_ID = 60;

@Resolver()
export class MessageMutations {
  @Allow('device')
  @Mutation(() => SendMessageResult, { description: 'Idempotent for ever by (account, conversation, clientId).' })
  async sendMessage(
    @Arg('input', () => SendMessageInput) input: SendMessageInput,
    @Ctx() context: ApiContext,
  ): Promise<typeof SendMessageResult> {
    const { clientId, replyTo, viewOnce } = input;
    const mentions = mentionsOf(input);
    const done = await context.services.messages.send({
      actor: actorOf(context),
      conversationId: decodeId('conversation', input.conversationId),
      clientId,
      content: givenContent(input),
      ...(replyTo == null ? {} : { replyTo: decodeId('message', replyTo) }),
      ...(mentions === undefined ? {} : { mentions }),
      ...(viewOnce === true ? { viewOnce } : {}),
    });
    return sentValue(context, clientId, done);
  }

  @Allow('device')
  @Mutation(() => ForwardMessagesResult, {
    description:
      'New messages that say the same. Idempotent for ever like `sendMessage`: docs/topics/messages/forwards.md.',
  })
  async forwardMessages(
    @Arg('input', () => ForwardMessagesInput) input: ForwardMessagesInput,
    @Ctx() context: ApiContext,
  ): Promise<typeof ForwardMessagesResult> {
    const { clientId } = input;
    if (clientId.length === 0 || clientId.length > MAX_FORWARD_CLIENT_ID)
      throw fault('BAD_USER_INPUT', `clientId must have 1 to ${MAX_FORWARD_CLIENT_ID} characters`);
    const done = await context.services.forwards.forward({
      actor: actorOf(context),
      messageIds: input.messageIds.map((id) => decodeId('message', id)),
      conversationIds: input.conversationIds.map((id) => decodeId('conversation', id)),
      clientId,
    });
    if (done.outcome === 'busy') return problem('Busy', { retryAfterMs: done.retryAfterMs });
    if (done.outcome === 'too_many') return problem('TooMany', { limit: done.limit });
    return {
      __typename: 'MessagesForwarded',
      forwards: done.all.map((one) => ({
        conversationId: encodeId('conversation', one.conversationId),
        sourceId: encodeId('message', one.sourceId),
        result: sentValue(context, one.clientId, one.outcome),
      })),
    };
  }
}
