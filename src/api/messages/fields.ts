import { Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import { Account } from '../accounts/types.js';
import { accountValue } from '../accounts/values.js';
import type { MessageKey } from '../../projections/timeline/reactions.queries.js';
import { sessionOf, type ApiContext } from '../kit/context.js';
import { encodeId } from '../kit/nodeIds.js';
import { LinkPreview, previewValue } from './previews.js';
import { Message, MessageStatus, PollResult, Quote, ReactionCount } from './types.js';
import { pollValue, quoteValue } from './values.js';

@Resolver(() => Message)
export class MessageFields {
  @FieldResolver(() => Account, { nullable: true })
  async author(@Root() message: Message, @Ctx() { loaders }: ApiContext): Promise<Account | null> {
    const account = await loaders.account.load(message.authorUuid);
    return account === null ? null : accountValue(account);
  }

  @FieldResolver(() => MessageStatus, { nullable: true, description: "Of one's own message; null for others'." })
  async status(@Root() message: Message, @Ctx() context: ApiContext): Promise<MessageStatus | null> {
    const { seq, authorUuid, conversationUuid, withheld } = message;
    if (authorUuid !== sessionOf(context).accountId) return null;
    // Whatever is read after it.
    if (withheld) return 'SENT';
    const [others, { privacy }] = await Promise.all([
      context.loaders.others.load({ conversationId: conversationUuid, viewer: authorUuid }),
      context.services.relations.of(authorUuid),
    ]);
    if (others.since === null || others.since > seq) return 'SENT';
    if (privacy.readReceipts && others.read >= seq) return 'READ';
    return others.delivered >= seq ? 'DELIVERED' : 'SENT';
  }

  @FieldResolver(() => [ReactionCount], { description: 'The most frequent first.' })
  async reactions(@Root() message: Message, @Ctx() context: ApiContext): Promise<readonly ReactionCount[]> {
    if (message.content.__typename === 'ErasedContent') return [];
    const found = await context.loaders.reactions.load(keyOf(message, context));
    return found.map(({ accountIds, ...reaction }) => ({
      ...reaction,
      accountIds: accountIds.map((accountId) => encodeId('account', accountId)),
    }));
  }

  @FieldResolver(() => Quote, {
    nullable: true,
    description: 'What it answers; null for no answer, and for an answer to what the caller may not see.',
  })
  async quote(@Root() message: Message, @Ctx() context: ApiContext): Promise<Quote | null> {
    if (message.replyTo === null) return null;
    const found = await context.loaders.messageAt.load({ ...keyOf(message, context), seq: message.replyTo });
    return found === null ? null : quoteValue(found);
  }

  @FieldResolver(() => LinkPreview, {
    nullable: true,
    description:
      'Of the first link in what a text says now. It comes after the message, if it does: `LinkPreviewAdded`.',
  })
  async linkPreview(@Root() message: Message, @Ctx() context: ApiContext): Promise<LinkPreview | null> {
    if (message.content.__typename !== 'TextContent') return null;
    const found = await context.loaders.linkPreview.load(keyOf(message, context));
    return found === null ? null : previewValue(found);
  }

  @FieldResolver(() => PollResult, { nullable: true, description: 'Of a poll.' })
  async poll(@Root() message: Message, @Ctx() context: ApiContext): Promise<PollResult | null> {
    if (message.content.__typename !== 'PollContent') return null;
    return pollValue(message, await context.loaders.poll.load(keyOf(message, context)), context.services.clock.now());
  }

  @FieldResolver(() => Boolean)
  pinned(@Root() message: Message, @Ctx() context: ApiContext): Promise<boolean> {
    return context.loaders.pinned.load(keyOf(message, context));
  }
}

function keyOf({ conversationUuid, seq }: Message, context: ApiContext): MessageKey {
  return { conversationId: conversationUuid, viewer: sessionOf(context).accountId, seq };
}
