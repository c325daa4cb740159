import { Arg, ID, Resolver, Root, Subscription } from 'type-graphql';
import { sessionOf, type ApiContext } from '../kit/context.js';
import { fault } from '../kit/errors.js';
import { decodeId } from '../kit/nodeIds.js';
import { Allow } from '../kit/shape.js';
import { mayListen } from '../presence/subscriptions.js';
import type { TypingSource } from './source.js';
import { TypingNotice } from './types.js';

@Resolver()
export class TypingSubscriptions {
  @Allow('device')
  @Subscription(() => TypingNotice, {
    description: 'Who of the other members types or records, from now on; ends when the caller is no longer a member.',
    subscribe: ({ args, context }) =>
      listen(context as ApiContext, (args as { readonly conversationId: string }).conversationId) as never,
  })
  typing(@Root() notice: TypingNotice, @Arg('conversationId', () => ID) _conversationId: string): TypingNotice {
    return notice;
  }
}

async function listen(context: ApiContext, id: string): Promise<TypingSource> {
  const conversationId = decodeId('conversation', id);
  const { accountId } = sessionOf(context);
  await mayListen(context);
  if (!(await context.services.typing.isMember(conversationId, accountId)))
    throw fault('FORBIDDEN', 'the conversation does not exist or is not yours');
  return context.services.typing.watch(accountId, conversationId);
}
