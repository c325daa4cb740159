import { Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import { Account } from '../accounts/types.js';
import { accountValue } from '../accounts/values.js';
import type { MessageKey } from '../../projections/timeline/reactions.queries.js';
import { sessionOf, type ApiContext } from '../kit/context.js';
import { encodeId } from '../kit/nodeIds.js';
import { Message, MessageStatus, ReactionCount } from './types.js';

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
}

function keyOf({ conversationUuid, seq }: Message, context: ApiContext): MessageKey {
  return { conversationId: conversationUuid, viewer: sessionOf(context).accountId, seq };
}
