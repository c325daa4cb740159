import { Arg, Ctx, ID, Int, Mutation, Resolver } from 'type-graphql';
import { TIMER } from '../../domain/disappearing/index.js';
import { readTokenOf } from '../kit/consistency.js';
import { actorOf, type ApiContext } from '../kit/context.js';
import { decodeId } from '../kit/nodeIds.js';
import { problem } from '../kit/problems.js';
import { Allow } from '../kit/shape.js';
import { SetDisappearingResult } from './results.js';

@Resolver()
export class DisappearingMutations {
  @Allow('device')
  @Mutation(() => SetDisappearingResult, {
    description: 'How long what is sent from now on stays: docs/topics/disappearing.md says who may.',
  })
  async setDisappearing(
    @Arg('conversationId', () => ID) conversationId: string,
    @Arg('seconds', () => Int, { nullable: true, description: 'Null: for ever.' }) given: number | null | undefined,
    @Ctx() context: ApiContext,
  ): Promise<typeof SetDisappearingResult> {
    const { services } = context;
    const seconds = given ?? null;
    const done = await services.disappearing.setTimer({
      actor: actorOf(context),
      conversationId: decodeId('conversation', conversationId),
      seconds,
    });
    switch (done.outcome) {
      case 'done': {
        const readToken = readTokenOf(context, done.position);
        return { __typename: 'DisappearingSet', conversationId, seconds, readToken };
      }
      case 'not_a_member':
        return problem('NotAMember');
      case 'not_allowed':
        return problem('NotAllowed');
      case 'invalid_timer':
        return problem('InvalidTimer', TIMER);
      case 'rate_limited':
        return problem('RateLimited', { retryAfterMs: done.retryAfterMs });
      case 'busy':
        return problem('Busy', { retryAfterMs: done.retryAfterMs });
    }
  }
}
