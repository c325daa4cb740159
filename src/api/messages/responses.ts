import { Arg, Ctx, FieldResolver, ID, Int, Query, Resolver, Root } from 'type-graphql';
import { emojiOf } from '../../domain/messages/index.js';
import { reactionsPage, votesPage, type ResponsesPage } from '../../projections/timeline/responses.queries.js';
import { messageById } from '../../projections/timeline/timeline.queries.js';
import { Account } from '../accounts/types.js';
import { accountValue } from '../accounts/values.js';
import { settle } from '../kit/consistency.js';
import { sessionOf, type ApiContext } from '../kit/context.js';
import { fault } from '../kit/errors.js';
import { decodeId, encodeId } from '../kit/nodeIds.js';
import { connectionOf, decodePlace, encodePlace, pageSize, type Connection } from '../kit/paging.js';
import { ReadToken } from '../kit/scalars.js';
import { Allow } from '../kit/shape.js';
import { CastVote, CastVoteConnection, Reaction, ReactionConnection } from './responseTypes.js';
import type { Message } from './types.js';
import { messageValue } from './values.js';

const SIZE = 50;
const PLACE = /^(\d{1,10})$/;

/** Who did what about a message, page by page; the message itself shows the sums. */
@Resolver()
export class ResponseQueries {
  @Allow('device')
  @Query(() => ReactionConnection, {
    nullable: true,
    description:
      'Who reacted to a message, with what, and when. Null for one that the caller may not see, or that says nothing any more.',
  })
  async messageReactions(
    @Arg('messageId', () => ID) id: string,
    @Arg('emoji', () => String, { nullable: true }) emoji: string | null | undefined,
    @Arg('first', () => Int, { defaultValue: SIZE, nullable: true }) first: number | null,
    @Arg('after', () => String, { nullable: true }) after: string | null | undefined,
    @Arg('atLeast', () => ReadToken, { nullable: true }) atLeast: string | null | undefined,
    @Ctx() context: ApiContext,
  ): Promise<ReactionConnection | null> {
    const only = emoji == null ? undefined : emojiOf(emoji);
    if (only === null) throw fault('BAD_USER_INPUT', 'emoji must be exactly one emoji');
    const page = { list: 'reactions', only, ...pageOf('reactions', first, after) };
    const message = await seen(context, id, atLeast);
    if (message === null || message.content.__typename === 'ErasedContent') return null;
    return paged(context, message, page, reactionsPage);
  }

  @Allow('device')
  @Query(() => CastVoteConnection, {
    nullable: true,
    description:
      'Who voted in a poll, for what, and when. Null for what is no poll that the caller may see, and where votes are not visible.',
  })
  async pollVotes(
    @Arg('messageId', () => ID) id: string,
    @Arg('option', () => Int, { nullable: true, description: 'Its index: only votes for it.' })
    option: number | null | undefined,
    @Arg('first', () => Int, { defaultValue: SIZE, nullable: true }) first: number | null,
    @Arg('after', () => String, { nullable: true }) after: string | null | undefined,
    @Arg('atLeast', () => ReadToken, { nullable: true }) atLeast: string | null | undefined,
    @Ctx() context: ApiContext,
  ): Promise<CastVoteConnection | null> {
    const page = { list: 'votes', only: option ?? undefined, ...pageOf('votes', first, after) };
    const message = await seen(context, id, atLeast);
    if (message?.content.__typename !== 'PollContent' || !message.content.votesVisible) return null;
    return paged(context, message, page, votesPage);
  }
}

@Resolver(() => Reaction)
export class ReactionFields {
  @FieldResolver(() => Account, { nullable: true })
  account(@Root() { accountUuid }: Reaction, @Ctx() context: ApiContext): Promise<Account | null> {
    return accountOf(context, accountUuid);
  }
}

@Resolver(() => CastVote)
export class CastVoteFields {
  @FieldResolver(() => Account, { nullable: true })
  account(@Root() { accountUuid }: CastVote, @Ctx() context: ApiContext): Promise<Account | null> {
    return accountOf(context, accountUuid);
  }
}

async function accountOf({ loaders }: ApiContext, accountId: string): Promise<Account | null> {
  const account = await loaders.account.load(accountId);
  return account === null ? null : accountValue(account);
}

async function seen(context: ApiContext, id: string, atLeast: string | null | undefined): Promise<Message | null> {
  const uuid = decodeId('message', id);
  await settle(context, atLeast);
  const found = await messageById(context.services.reads.pool, sessionOf(context).accountId, uuid);
  return found === null ? null : messageValue(found);
}

interface Page<Only> {
  readonly list: string;
  readonly only: Only | undefined;
  readonly size: number;
  readonly before: number | undefined;
}

function pageOf(
  list: string,
  first: number | null,
  after: string | null | undefined,
): Pick<Page<unknown>, 'size' | 'before'> {
  const before = after == null ? undefined : Number(decodePlace(list, PLACE, after)[0]);
  return { size: pageSize('first', first, SIZE), before };
}

async function paged<Only, Row extends { readonly accountId: string; readonly seq: number }>(
  context: ApiContext,
  { conversationUuid: conversationId, seq }: Message,
  { list, only, size, before }: Page<Only>,
  find: (db: ApiContext['services']['reads']['pool'], page: ResponsesPage<Only>) => Promise<readonly Row[]>,
): Promise<Connection<Row & { readonly accountUuid: string }>> {
  const viewer = sessionOf(context).accountId;
  const found = await find(context.services.reads.pool, { conversationId, viewer, seq, only, before, limit: size + 1 });
  const nodes = found
    .slice(0, size)
    .map((row) => ({ ...row, accountId: encodeId('account', row.accountId), accountUuid: row.accountId }));
  return connectionOf(nodes, (node) => encodePlace(list, node.seq), {
    before: before !== undefined,
    after: found.length > size,
  });
}
