import { Ctx, FieldResolver, Int, Resolver, Root } from 'type-graphql';
import type { ChatView } from '../../projections/preferences/preferences.queries.js';
import { UNTOUCHED_CHAT, type ChatState } from '../../domain/preferences/index.js';
import { Conversation } from '../conversations/types.js';
import { sessionOf, type ApiContext } from '../kit/context.js';
import { DateTime } from '../kit/scalars.js';
import { Message } from '../messages/types.js';
import { Draft } from './types.js';
import { isMuted, sequence } from './values.js';

/** How the viewer keeps the chat. */
@Resolver(() => Conversation)
export class ChatFields {
  @FieldResolver(() => Boolean, { description: 'By the caller, as all that follows.' })
  async muted(@Root() conversation: Conversation, @Ctx() context: ApiContext): Promise<boolean> {
    return isMuted(await chat(conversation, context), context.services.clock.now());
  }

  @FieldResolver(() => DateTime, { nullable: true, description: 'Null while muted: for ever.' })
  async mutedUntil(@Root() conversation: Conversation, @Ctx() context: ApiContext): Promise<number | null> {
    const state = await chat(conversation, context);
    return isMuted(state, context.services.clock.now()) ? state.mutedUntil : null;
  }

  @FieldResolver(() => Boolean)
  async archived(@Root() conversation: Conversation, @Ctx() context: ApiContext): Promise<boolean> {
    return (await chat(conversation, context)).archived;
  }

  @FieldResolver(() => DateTime, { nullable: true })
  async pinnedAt(@Root() conversation: Conversation, @Ctx() context: ApiContext): Promise<number | null> {
    return (await chat(conversation, context)).pinnedAt;
  }

  @FieldResolver(() => Boolean)
  async markedUnread(@Root() conversation: Conversation, @Ctx() context: ApiContext): Promise<boolean> {
    return (await chat(conversation, context)).markedUnread;
  }

  @FieldResolver(() => Int, {
    nullable: true,
    description: 'Messages up to and with this sequence are out of sight.',
  })
  async clearedTo(@Root() conversation: Conversation, @Ctx() context: ApiContext): Promise<number | null> {
    return sequence((await chat(conversation, context)).clearedTo);
  }

  @FieldResolver(() => Draft, { nullable: true })
  async draft(@Root() conversation: Conversation, @Ctx() context: ApiContext): Promise<Draft | null> {
    const draft = (await view(conversation, context))?.draft ?? null;
    return draft === null ? null : { text: draft.text, savedAt: draft.at };
  }
}

@Resolver(() => Message)
export class StarFields {
  @FieldResolver(() => Boolean, { description: 'By the caller.' })
  starred(@Root() { conversationUuid, seq }: Message, @Ctx() context: ApiContext): Promise<boolean> {
    const viewer = sessionOf(context).accountId;
    return context.loaders.starred.load({ conversationId: conversationUuid, viewer, seq });
  }
}

function view({ uuid, viewer }: Conversation, { loaders }: ApiContext): Promise<ChatView | undefined> {
  return loaders.chat.load({ conversationId: uuid, viewer });
}

async function chat(conversation: Conversation, context: ApiContext): Promise<ChatState> {
  return (await view(conversation, context))?.chat ?? UNTOUCHED_CHAT;
}
