import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import { assertNever } from '../kit/assertNever.js';
import { actorOf, type ApiContext } from '../kit/context.js';
import { fault } from '../kit/errors.js';
import { decodeId } from '../kit/nodeIds.js';
import { problem } from '../kit/problems.js';
import { Allow } from '../kit/shape.js';
import { AcknowledgeInput } from './inputs.js';
import { AcknowledgeResult } from './results.js';

@Resolver()
export class ReceiptMutations {
  @Allow('device')
  @Mutation(() => AcknowledgeResult, { description: 'Settles when the watermarks, or higher ones, are stored.' })
  async acknowledge(
    @Arg('input', () => AcknowledgeInput) input: AcknowledgeInput,
    @Ctx() context: ApiContext,
  ): Promise<typeof AcknowledgeResult> {
    const { conversationId } = input;
    const done = await context.services.receipts.acknowledge({
      actor: actorOf(context),
      conversationId: decodeId('conversation', conversationId),
      delivered: sequence(input.deliveredUpTo),
      read: sequence(input.readUpTo),
    });
    switch (done.outcome) {
      case 'acknowledged':
        return {
          __typename: 'Acknowledged',
          conversationId,
          deliveredUpTo: Math.max(0, done.delivered),
          readUpTo: Math.max(0, done.read),
        };
      case 'not_a_member':
        return problem('NotAMember');
      case 'beyond_head':
        return problem('BeyondHead', { headSeq: done.head });
      case 'rate_limited':
        return problem('RateLimited', { retryAfterMs: done.retryAfterMs });
      case 'busy':
        return problem('Busy', { retryAfterMs: done.retryAfterMs });
      default:
        return assertNever(done);
    }
  }
}

function sequence(given: number | null | undefined): number | undefined {
  if (given == null) return undefined;
  if (given < 0) throw fault('BAD_USER_INPUT', 'sequences begin at 0');
  return given;
}
