import { Arg, Ctx, ID, Mutation, Resolver } from 'type-graphql';
import { readTokenOf, settlePosition } from '../kit/consistency.js';
import { actorOf, type ApiContext } from '../kit/context.js';
import { decodeId } from '../kit/nodeIds.js';
import { Allow } from '../kit/shape.js';
import { refusal } from './refusals.js';
import { MarkMessageResult, SaveDraftResult } from './results.js';

/** Each is idempotent: what is so already writes nothing. */
@Resolver()
export class OwnMessageMutations {
  @Allow('device')
  @Mutation(() => MarkMessageResult, { description: 'Puts it among `starredMessages`.' })
  starMessage(
    @Arg('messageId', () => ID) messageId: string,
    @Ctx() context: ApiContext,
  ): Promise<typeof MarkMessageResult> {
    return mark(context, messageId, 'star');
  }

  @Allow('device')
  @Mutation(() => MarkMessageResult)
  unstarMessage(
    @Arg('messageId', () => ID) messageId: string,
    @Ctx() context: ApiContext,
  ): Promise<typeof MarkMessageResult> {
    return mark(context, messageId, 'unstar');
  }

  @Allow('device')
  @Mutation(() => MarkMessageResult, {
    description: 'Deletes it for this account only, on all of its devices and for good.',
  })
  hideMessage(
    @Arg('messageId', () => ID) messageId: string,
    @Ctx() context: ApiContext,
  ): Promise<typeof MarkMessageResult> {
    return mark(context, messageId, 'hide');
  }

  @Allow('device')
  @Mutation(() => SaveDraftResult, {
    description:
      'What the account is writing, on all of its devices. The last one saved stands; an empty text ends it.',
  })
  async saveDraft(
    @Arg('conversationId', () => ID) conversationId: string,
    @Arg('text', () => String, { description: 'Up to 65,536 UTF-16 code units.' }) text: string,
    @Ctx() context: ApiContext,
  ): Promise<typeof SaveDraftResult> {
    const { services } = context;
    const done = await services.preferences.saveDraft({
      actor: actorOf(context),
      conversationId: decodeId('conversation', conversationId),
      text,
    });
    if (done.outcome !== 'done') return refusal(done, ['invalid_text', 'not_a_member', 'rate_limited', 'busy']);
    return {
      __typename: 'DraftSaved',
      conversationId,
      draft: text === '' ? null : { text, savedAt: services.clock.now() },
      readToken: readTokenOf(context, done.position),
    };
  }
}

async function mark(
  context: ApiContext,
  id: string,
  change: 'star' | 'unstar' | 'hide',
): Promise<typeof MarkMessageResult> {
  const { services } = context;
  const request = { actor: actorOf(context), messageId: decodeId('message', id), change };
  let done = await services.preferences.changeMessage(request);
  if (done.outcome === 'no_such_message') {
    // It may be newer than the read model.
    await settlePosition(context, services.live.position());
    done = await services.preferences.changeMessage(request);
  }
  if (done.outcome !== 'done') return refusal(done, ['no_such_message', 'rate_limited', 'busy']);
  return { __typename: 'MessageMarked', messageId: id, readToken: readTokenOf(context, done.position) };
}
