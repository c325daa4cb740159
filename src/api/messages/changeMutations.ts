import { Arg, Ctx, ID, Int, Mutation, Resolver } from 'type-graphql';
import { actorOf, type ApiContext } from '../kit/context.js';
import { decodeId } from '../kit/nodeIds.js';
import { problem } from '../kit/problems.js';
import { Allow } from '../kit/shape.js';
import { changed } from './changed.js';
import {
  ClosePollResult,
  DeleteMessageResult,
  EditMessageResult,
  OpenViewOnceResult,
  PinMessageResult,
  ReactToMessageResult,
  UpdateLocationResult,
  VotePollResult,
} from './changeResults.js';
import { onceContent } from './content.js';
import { givenPlace } from './given.js';
import { EditMessageInput, PlaceInput } from './inputs.js';
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

  @Allow('device')
  @Mutation(() => PinMessageResult, { description: 'Up to three; in groups by admins.' })
  async pinMessage(
    @Arg('messageId', () => ID) messageId: string,
    @Ctx() context: ApiContext,
  ): Promise<typeof PinMessageResult> {
    const request = { ...of(messageId, context), pinned: true };
    return changed(context, messageId, context.services.messageChanges.pin(request));
  }

  @Allow('device')
  @Mutation(() => PinMessageResult)
  async unpinMessage(
    @Arg('messageId', () => ID) messageId: string,
    @Ctx() context: ApiContext,
  ): Promise<typeof PinMessageResult> {
    const request = { ...of(messageId, context), pinned: false };
    return changed(context, messageId, context.services.messageChanges.pin(request));
  }

  @Allow('device')
  @Mutation(() => VotePollResult, { description: 'In the place of the vote before; no options take it back.' })
  async votePoll(
    @Arg('messageId', () => ID) messageId: string,
    @Arg('options', () => [Int], { description: 'Their indexes, from 0.' }) options: readonly number[],
    @Ctx() context: ApiContext,
  ): Promise<typeof VotePollResult> {
    const request = { ...of(messageId, context), options };
    return changed(context, messageId, context.services.messageChanges.vote(request));
  }

  @Allow('device')
  @Mutation(() => ClosePollResult, { description: 'By its author, or an admin of the group.' })
  async closePoll(
    @Arg('messageId', () => ID) messageId: string,
    @Ctx() context: ApiContext,
  ): Promise<typeof ClosePollResult> {
    return changed(context, messageId, context.services.messageChanges.closePoll(of(messageId, context)));
  }

  @Allow('device')
  @Mutation(() => UpdateLocationResult, { description: 'Of a live location, every 3 seconds at most.' })
  async updateLocation(
    @Arg('messageId', () => ID) messageId: string,
    @Arg('place', () => PlaceInput) place: PlaceInput,
    @Ctx() context: ApiContext,
  ): Promise<typeof UpdateLocationResult> {
    const request = { ...of(messageId, context), place: givenPlace(place) };
    return changed(context, messageId, context.services.messageChanges.moveLocation(request));
  }

  @Allow('device')
  @Mutation(() => UpdateLocationResult, { description: 'Ends a live location before its time.' })
  async stopLocation(
    @Arg('messageId', () => ID) messageId: string,
    @Ctx() context: ApiContext,
  ): Promise<typeof UpdateLocationResult> {
    return changed(context, messageId, context.services.messageChanges.endLocation(of(messageId, context)));
  }

  @Allow('device')
  @Mutation(() => OpenViewOnceResult, {
    description: 'Shows what it says, once an account: docs/topics/messages/view-once.md.',
  })
  async openViewOnce(
    @Arg('messageId', () => ID) messageId: string,
    @Ctx() context: ApiContext,
  ): Promise<typeof OpenViewOnceResult> {
    const done = await context.services.messageChanges.openViewOnce(of(messageId, context));
    if (done.outcome !== 'changed') return changed(context, messageId, Promise.resolve(done));
    return done.said === undefined
      ? problem('MessageGone')
      : {
          __typename: 'ViewOnceShown',
          content: onceContent(done.said),
          readToken: context.services.cursors.encodeReadToken(done.position),
        };
  }
}

function of(
  messageId: string,
  context: ApiContext,
): { readonly actor: ReturnType<typeof actorOf>; readonly messageId: string } {
  return { actor: actorOf(context), messageId: decodeId('message', messageId) };
}
