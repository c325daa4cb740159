import { Arg, Ctx, ID, Mutation, Resolver } from 'type-graphql';
import type { TypingKind } from '../../domain/typing/index.js';
import { assertNever } from '../kit/assertNever.js';
import { actorOf, type ApiContext } from '../kit/context.js';
import { decodeId } from '../kit/nodeIds.js';
import { problem } from '../kit/problems.js';
import { Allow } from '../kit/shape.js';
import { SetTypingResult, TypingKindEnum } from './types.js';

@Resolver()
export class TypingMutations {
  @Allow('device')
  @Mutation(() => SetTypingResult, {
    description: 'Tells the other members; ends by itself after 10 s, and with the next message of the account.',
  })
  async setTyping(
    @Arg('conversationId', () => ID) conversationId: string,
    @Arg('kind', () => TypingKindEnum) kind: TypingKind,
    @Ctx() context: ApiContext,
  ): Promise<typeof SetTypingResult> {
    const done = await context.services.typing.set({
      actor: actorOf(context),
      conversationId: decodeId('conversation', conversationId),
      kind,
    });
    switch (done.outcome) {
      case 'set':
        return { __typename: 'TypingSet', conversationId };
      case 'not_a_member':
        return problem('NotAMember');
      case 'not_allowed':
        return problem('NotAllowed');
      case 'rate_limited':
        return problem('RateLimited', { retryAfterMs: done.retryAfterMs });
      default:
        return assertNever(done);
    }
  }
}
