import { Arg, Ctx, FieldResolver, ID, Int, Query, Resolver, Root } from 'type-graphql';
import type { ReceiptTimes, Wanted } from '../../domain/receipts/index.js';
import { firstAnswers, memberReceipts, type MemberReceiptView } from '../../projections/receipts/info.queries.js';
import { conversationOf, kindOfConversation } from '../../projections/conversations/conversations.queries.js';
import { messageById } from '../../projections/timeline/timeline.queries.js';
import { settleAccount } from '../accounts/settled.js';
import { Account } from '../accounts/types.js';
import { accountValue } from '../accounts/values.js';
import { settle } from '../kit/consistency.js';
import { sessionOf, type ApiContext } from '../kit/context.js';
import { fault } from '../kit/errors.js';
import { decodeId, encodeId } from '../kit/nodeIds.js';
import { connectionOf, decodePlace, encodePlace, pageSize } from '../kit/paging.js';
import { ReadToken } from '../kit/scalars.js';
import { Allow } from '../kit/shape.js';
import { MemberReceipt, MemberReceiptConnection, MessageInfo } from './types.js';

const LIST = 'receipts';
const PLACE = /^(\d{1,10}):([0-9a-f-]{36})$/;

@Resolver(() => MessageInfo)
export class MessageInfoFields {
  @Allow('device')
  @Query(() => MessageInfo, {
    nullable: true,
    description: "Who has one's own message, who has read it, and when. Null for any other message.",
  })
  async messageInfo(
    @Arg('messageId', () => ID) messageId: string,
    @Arg('atLeast', () => ReadToken, { nullable: true }) atLeast: string | null | undefined,
    @Ctx() context: ApiContext,
  ): Promise<MessageInfo | null> {
    const uuid = decodeId('message', messageId);
    const { accountId } = sessionOf(context);
    await settle(context, atLeast);
    const found = await messageById(context.services.reads.pool, accountId, uuid);
    if (found?.authorId !== accountId) return null;
    const { seq, at, conversationId, withheld } = found;
    // Who was an admin of a community when it wrote is shown its members no more.
    const conversation = await conversationOf(context.services.reads.pool, accountId, conversationId);
    if (conversation?.kind === 'community' && conversation.role !== 'owner' && conversation.role !== 'admin')
      return null;
    return { messageId, seq, at, conversationUuid: conversationId, author: accountId, withheld };
  }

  @FieldResolver(() => MemberReceiptConnection, {
    description: 'The other members who were there when it was sent and still are, in the order of joining.',
  })
  async members(
    @Root() info: MessageInfo,
    @Arg('first', () => Int, { defaultValue: 50, nullable: true }) first: number | null,
    @Arg('after', () => String, { nullable: true }) after: string | null | undefined,
    @Ctx() context: ApiContext,
  ): Promise<MemberReceiptConnection> {
    const { services } = context;
    const { pool } = services.reads;
    const size = pageSize('first', first, 50);
    const place = after == null ? undefined : placeOf(after);
    const taken = await services.limiter.take('messageInfo', sessionOf(context).accountId);
    if (!taken.ok) throw fault('RATE_LIMITED', 'Too many queries.', { retryAfterMs: taken.retryAfterMs });
    const { seq, author, conversationUuid: conversationId } = info;
    const [found, kind, { privacy }] = await Promise.all([
      memberReceipts(pool, { conversationId, seq, author, limit: size + 1, after: place }),
      kindOfConversation(pool, conversationId),
      services.relations.of(author),
    ]);
    const members = found.slice(0, size);
    // In a direct conversation what one writes says nothing of what one has read.
    const rules = { answersCount: kind !== 'direct', readShown: privacy.readReceipts };
    const receipts = await timed(info, members, rules, services.receiptTimes, (accounts) =>
      firstAnswers(pool, { conversationId, seq }, accounts),
    );
    const byAccount = new Map(members.map((member) => [member.accountId, member]));
    return connectionOf(
      receipts,
      ({ accountUuid }) => encodePlace(LIST, byAccount.get(accountUuid)?.joinedSeq ?? 0, accountUuid),
      { before: place !== undefined, after: found.length > size },
    );
  }
}

@Resolver(() => MemberReceipt)
export class MemberReceiptFields {
  @FieldResolver(() => Account)
  async account(@Root() { accountUuid }: MemberReceipt, @Ctx() context: ApiContext): Promise<Account> {
    return accountValue(await settleAccount(context, accountUuid));
  }
}

interface Rules {
  readonly answersCount: boolean;
  readonly readShown: boolean;
}

async function timed(
  { seq, at, withheld, conversationUuid }: MessageInfo,
  members: readonly MemberReceiptView[],
  { answersCount, readShown }: Rules,
  receiptTimes: ReceiptTimes,
  answers: (accounts: readonly string[]) => Promise<ReadonlyMap<string, number>>,
): Promise<readonly MemberReceipt[]> {
  const states = new Map<string, Wanted>(
    members.map(({ accountId, delivered, read, sent }) => [
      accountId,
      {
        delivered: !withheld && delivered >= seq,
        read: !withheld && readShown && (read >= seq || (answersCount && sent >= seq)),
      },
    ]),
  );
  const answered = withheld ? [] : members.filter(({ sent }) => sent >= seq).map(({ accountId }) => accountId);
  const [reached, answeredAt] = await Promise.all([
    receiptTimes(conversationUuid, { seq, at }, states),
    answers(answered),
  ]);
  return members.map(({ accountId }) => {
    const { delivered = false, read = false } = states.get(accountId) ?? {};
    const times = reached.get(accountId) ?? {};
    const wrote = answeredAt.get(accountId);
    return {
      accountId: encodeId('account', accountId),
      delivered,
      deliveredAt: delivered ? earliest(times.delivered, wrote) : null,
      read,
      readAt: read ? earliest(times.read, answersCount ? wrote : undefined) : null,
      accountUuid: accountId,
    };
  });
}

function earliest(...times: readonly (number | undefined)[]): number | null {
  const known = times.filter((time) => time !== undefined);
  return known.length === 0 ? null : Math.min(...known);
}

function placeOf(cursor: string): { readonly joinedSeq: number; readonly accountId: string } {
  const [joinedSeq = '', accountId = ''] = decodePlace(LIST, PLACE, cursor);
  return { joinedSeq: Number(joinedSeq), accountId };
}
