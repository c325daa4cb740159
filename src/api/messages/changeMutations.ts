import { Arg, Ctx, ID, Mutation, Resolver } from 'type-graphql';
import { actorOf, type ApiContext } from '../kit/context.js';
import { decodeId } from '../kit/nodeIds.js';
import { Allow } from '../kit/shape.js';
import { changed } from './changed.js';
import { DeleteMessageResult, EditMessageResult, ReactToMessageResult } from './changeResults.js';
import { EditMessageInput } from './inputs.js';
import { mentionsOf } from './mentions.js';

@Resolver()
export class MessageChangeMutations {
  @Allow('device')
  @Mutation(() => EditMessageResult, { description: 'Of a text, by its author, within 15 minutes.' })
  async editMessage(
    @Arg('input', () => EditMessageInput) input: EditMessageInput,
    @Ctx() context: ApiContext,
  ): Promise<typeof EditMessageResult> {
    const { messageId, text } = input;
    const mentions = mentionsOf(input);
    const request = { ...of(messageId, context), text, ...(mentions === undefined ? {} : { mentions }) };
    return changed(context, messageId, context.services.messageChanges.edit(request));
  }

  @Allow('device')
  @Mutation(() => DeleteMessageResult, {
    description: 'For everyone: by its author within 48 hours, by an admin of the group at any time.',
  })
  async deleteMessage(
    @Arg('messageId', () => ID) messageId: string,
    @Ctx() context: ApiContext,
  ): Promise<typeof DeleteMessageResult> {
    return changed(context, messageId, context.services.messageChanges.delete(of(messageId, context)));
  }

  @Allow('device')
  @Mutation(() => ReactToMessageResult, { description: 'One emoji an account and message; null takes it back.' })
  async reactToMessage(
    @Arg('messageId', () => ID) messageId: string,
    @Arg('emoji', () => String, { nullable: true }) emoji: string | null | undefined,
    @Ctx() context: ApiContext,
  ): Promise<typeof ReactToMessageResult> {
    const request = { ...of(messageId, context), emoji: emoji ?? null };
    return changed(context, messageId, context.services.messageChanges.react(request));
  }
}

function of(
  messageId: string,
  context: ApiContext,
): { readonly actor: ReturnType<typeof actorOf>; readonly messageId: string } {
  return { actor: actorOf(context), messageId: decodeId('message', messageId) };
}
