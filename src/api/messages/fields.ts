import { Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import { Account } from '../accounts/types.js';
import { accountValue } from '../accounts/values.js';
import { sessionOf, type ApiContext } from '../kit/context.js';
import { Message, MessageStatus } from './types.js';

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
    const [members, watermarks] = await Promise.all([
      context.loaders.membersOf.load(conversationUuid),
      context.loaders.watermarksOf.load(conversationUuid),
    ]);
    const others = members.filter(
      ({ accountId, toSeq }) => accountId !== authorUuid && (toSeq === null || toSeq > seq),
    );
    const passed = (mark: 'deliveredUpTo' | 'readUpTo'): boolean =>
      others.length > 0 &&
      others.every(({ accountId }) =>
        watermarks.some((watermark) => watermark.accountId === accountId && watermark[mark] >= seq),
      );
    if (passed('readUpTo')) return 'READ';
    return passed('deliveredUpTo') ? 'DELIVERED' : 'SENT';
  }
}
