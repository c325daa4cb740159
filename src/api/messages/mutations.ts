import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import { assertNever } from '../kit/assertNever.js';
import { actorOf, type ApiContext } from '../kit/context.js';
import { fault } from '../kit/errors.js';
import { decodeId, encodeId } from '../kit/nodeIds.js';
import { problem } from '../kit/problems.js';
import { Allow } from '../kit/shape.js';
import { SendMessageInput } from './inputs.js';
import { SendMessageResult } from './results.js';

@Resolver()
export class MessageMutations {
  @Allow('device')
  @Mutation(() => SendMessageResult, { description: 'Idempotent for ever by (account, conversation, clientId).' })
  async sendMessage(
    @Arg('input', () => SendMessageInput) input: SendMessageInput,
    @Ctx() context: ApiContext,
  ): Promise<typeof SendMessageResult> {
    const { services } = context;
    const { clientId } = input;
    const done = await services.messages.send({
      actor: actorOf(context),
      conversationId: decodeId('conversation', input.conversationId),
      clientId,
      content: contentOf(input),
    });
    switch (done.outcome) {
      case 'sent':
        return {
          __typename: 'MessageSent',
          messageId: encodeId('message', done.messageId),
          clientId,
          seq: done.seq,
          at: done.at,
          readToken: services.cursors.encodeReadToken(done.position),
        };
      case 'not_a_member':
        return problem('NotAMember');
      case 'admins_only':
        return problem('NotAllowed');
      case 'invalid_text':
        return problem('InvalidText', { field: done.field, reason: done.reason });
      case 'idempotency_conflict':
        return problem('IdempotencyConflict');
      case 'rate_limited':
        return problem('RateLimited', { retryAfterMs: done.retryAfterMs });
      case 'busy':
        return problem('Busy', { retryAfterMs: done.retryAfterMs });
      default:
        return assertNever(done);
    }
  }
}

function contentOf({
  text,
  sealed,
}: SendMessageInput): Parameters<ApiContext['services']['messages']['send']>[0]['content'] {
  if ((text == null) === (sealed == null)) throw fault('BAD_USER_INPUT', 'give either text or sealed');
  if (text != null) return { kind: 'text', text };
  const { algorithm, payload } = sealed!;
  return { kind: 'sealed', algorithm, bytes: payload.toString('base64') };
}
