import { Arg, Ctx, ID, Int, Mutation, Resolver } from 'type-graphql';
import type { ChatChange, PreferenceOutcome } from '../../domain/preferences/index.js';
import { readTokenOf } from '../kit/consistency.js';
import { actorOf, type ApiContext } from '../kit/context.js';
import { fault } from '../kit/errors.js';
import { decodeId } from '../kit/nodeIds.js';
import { DateTime } from '../kit/scalars.js';
import { Allow } from '../kit/shape.js';
import { refusal } from './refusals.js';
import { ChangeChatResult, MuteChatResult, PinChatResult, type ChatPreferencesSaved } from './results.js';
import { chatPreferencesValue } from './values.js';

const ANY = ['not_a_member', 'rate_limited', 'busy'] as const;
const UP_TO = { nullable: true, description: 'Up to and with this sequence; otherwise all that is there now.' };

/** Each is idempotent: what is so already writes nothing. */
@Resolver()
export class ChatMutations {
  @Allow('device')
  @Mutation(() => MuteChatResult, { description: 'Its messages still arrive, and do not disturb.' })
  async muteChat(
    @Arg('conversationId', () => ID) conversationId: string,
    @Arg('until', () => DateTime, { nullable: true, description: 'Without it: for ever.' })
    until: number | null | undefined,
    @Ctx() context: ApiContext,
  ): Promise<typeof MuteChatResult> {
    const done = await change(context, conversationId, { kind: 'mute', until: until ?? null });
    return done.outcome === 'done' ? saved(context, done) : refusal(done, [...ANY, 'in_the_past']);
  }

  @Allow('device')
  @Mutation(() => ChangeChatResult)
  async unmuteChat(
    @Arg('conversationId', () => ID) conversationId: string,
    @Ctx() context: ApiContext,
  ): Promise<typeof ChangeChatResult> {
    const done = await change(context, conversationId, { kind: 'unmute' });
    return done.outcome === 'done' ? saved(context, done) : refusal(done, ANY);
  }

  @Allow('device')
  @Mutation(() => ChangeChatResult, { description: 'It stays archived when messages come. A pin is taken away.' })
  async archiveChat(
    @Arg('conversationId', () => ID) conversationId: string,
    @Ctx() context: ApiContext,
  ): Promise<typeof ChangeChatResult> {
    const done = await change(context, conversationId, { kind: 'archive' });
    return done.outcome === 'done' ? saved(context, done) : refusal(done, ANY);
  }

  @Allow('device')
  @Mutation(() => ChangeChatResult)
  async unarchiveChat(
    @Arg('conversationId', () => ID) conversationId: string,
    @Ctx() context: ApiContext,
  ): Promise<typeof ChangeChatResult> {
    const done = await change(context, conversationId, { kind: 'unarchive' });
    return done.outcome === 'done' ? saved(context, done) : refusal(done, ANY);
  }

  @Allow('device')
  @Mutation(() => PinChatResult, { description: 'On top of the list. An archived chat comes back for it.' })
  async pinChat(
    @Arg('conversationId', () => ID) conversationId: string,
    @Ctx() context: ApiContext,
  ): Promise<typeof PinChatResult> {
    const done = await change(context, conversationId, { kind: 'pin' });
    return done.outcome === 'done' ? saved(context, done) : refusal(done, [...ANY, 'too_many_pinned']);
  }

  @Allow('device')
  @Mutation(() => ChangeChatResult)
  async unpinChat(
    @Arg('conversationId', () => ID) conversationId: string,
    @Ctx() context: ApiContext,
  ): Promise<typeof ChangeChatResult> {
    const done = await change(context, conversationId, { kind: 'unpin' });
    return done.outcome === 'done' ? saved(context, done) : refusal(done, ANY);
  }

  @Allow('device')
  @Mutation(() => ChangeChatResult, { description: 'A reminder to oneself: watermarks stay where they are.' })
  async markChatUnread(
    @Arg('conversationId', () => ID) conversationId: string,
    @Ctx() context: ApiContext,
  ): Promise<typeof ChangeChatResult> {
    const done = await change(context, conversationId, { kind: 'mark_unread' });
    return done.outcome === 'done' ? saved(context, done) : refusal(done, ANY);
  }

  @Allow('device')
  @Mutation(() => ChangeChatResult, {
    description: 'Takes the mark of `markChatUnread` away. Messages are read by `acknowledge`.',
  })
  async markChatRead(
    @Arg('conversationId', () => ID) conversationId: string,
    @Ctx() context: ApiContext,
  ): Promise<typeof ChangeChatResult> {
    const done = await change(context, conversationId, { kind: 'mark_read' });
    return done.outcome === 'done' ? saved(context, done) : refusal(done, ANY);
  }

  @Allow('device')
  @Mutation(() => ChangeChatResult, { description: 'Takes its messages out of sight, for this account and for good.' })
  async clearChat(
    @Arg('conversationId', () => ID) conversationId: string,
    @Arg('upTo', () => Int, UP_TO) upTo: number | null | undefined,
    @Ctx() context: ApiContext,
  ): Promise<typeof ChangeChatResult> {
    const done = await change(context, conversationId, { kind: 'clear', ...bound(upTo) });
    return done.outcome === 'done' ? saved(context, done) : refusal(done, ANY);
  }

  @Allow('device')
  @Mutation(() => ChangeChatResult, {
    description: 'Clears it and takes it off the list, until the next message. One stays a member.',
  })
  async deleteChat(
    @Arg('conversationId', () => ID) conversationId: string,
    @Arg('upTo', () => Int, UP_TO) upTo: number | null | undefined,
    @Ctx() context: ApiContext,
  ): Promise<typeof ChangeChatResult> {
    const done = await change(context, conversationId, { kind: 'delete', ...bound(upTo) });
    return done.outcome === 'done' ? saved(context, done) : refusal(done, ANY);
  }
}

function change(context: ApiContext, id: string, change: ChatChange): Promise<PreferenceOutcome> {
  const conversationId = decodeId('conversation', id);
  return context.services.preferences.changeChat({ actor: actorOf(context), conversationId, change });
}

function saved(
  context: ApiContext,
  done: Extract<PreferenceOutcome, { readonly outcome: 'done' }>,
): ChatPreferencesSaved {
  return {
    __typename: 'ChatPreferencesSaved',
    preferences: chatPreferencesValue(done.conversationId, done.chat, context.services.clock.now()),
    readToken: readTokenOf(context, done.position),
  };
}

function bound(upTo: number | null | undefined): { readonly upTo?: number } {
  if (upTo == null) return {};
  if (upTo < 0) throw fault('BAD_USER_INPUT', 'sequences begin at 0');
  return { upTo };
}
