import { Arg, Ctx, ID, Mutation, Resolver } from 'type-graphql';
import { conversationOf } from '../../projections/conversations/conversations.queries.js';
import { assertNever } from '../kit/assertNever.js';
import { settlePosition, writtenAt } from '../kit/consistency.js';
import { actorOf, type ApiContext } from '../kit/context.js';
import { fault } from '../kit/errors.js';
import { decodeId } from '../kit/nodeIds.js';
import { problem } from '../kit/problems.js';
import { Allow } from '../kit/shape.js';
import { StartConversationResult } from './results.js';
import { conversationValue } from './values.js';

@Resolver()
export class ConversationMutations {
  @Allow('device')
  @Mutation(() => StartConversationResult, { description: 'One conversation a pair, whoever starts it.' })
  async startConversation(
    @Arg('with', () => ID) withAccount: string,
    @Ctx() context: ApiContext,
  ): Promise<typeof StartConversationResult> {
    const { services } = context;
    const actor = actorOf(context);
    const done = await services.conversations.start({ actor, withAccountId: decodeId('account', withAccount) });
    switch (done.outcome) {
      case 'started': {
        const position = writtenAt(context, done.position);
        await settlePosition(context, position);
        const found = await conversationOf(services.reads.pool, actor.account, done.conversationId);
        if (found === null) throw fault('READ_TIMEOUT', 'The read model does not have the conversation yet: repeat.');
        return {
          __typename: 'ConversationStarted',
          conversation: conversationValue(found, actor.account),
          readToken: services.cursors.encodeReadToken(position),
          created: done.created,
        };
      }
      case 'no_such_account':
        return problem('NoSuchAccount');
      case 'rate_limited':
        return problem('RateLimited', { retryAfterMs: done.retryAfterMs });
      default:
        return assertNever(done);
    }
  }
}
