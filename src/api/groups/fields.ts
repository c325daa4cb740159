import { Arg, Ctx, FieldResolver, Int, Resolver, Root } from 'type-graphql';
import { inviteLinks, joinRequests } from '../../projections/conversations/members.queries.js';
import { settleAccount } from '../accounts/settled.js';
import { Account } from '../accounts/types.js';
import { accountValue } from '../accounts/values.js';
import { Conversation } from '../conversations/types.js';
import type { ApiContext } from '../kit/context.js';
import { encodeId } from '../kit/nodeIds.js';
import { connectionOf, decodePlace, encodePlace, pageSize } from '../kit/paging.js';
import { InviteLink, JoinRequest, Member, MemberConnection } from './types.js';

const LIST = 'members';
const PLACE = /^(\d{1,10}):([0-9a-f-]{36})$/;

@Resolver(() => Conversation)
export class GroupFields {
  @FieldResolver(() => MemberConnection, {
    description:
      'In the order of joining. A former member sees those of the time that it left. In a community who is no admin sees the admins and itself.',
  })
  async members(
    @Root() { uuid, headSeq, viewer, kind, myRole }: Conversation,
    @Arg('first', () => Int, { defaultValue: 20, nullable: true }) first: number | null,
    @Arg('after', () => String, { nullable: true }) after: string | null | undefined,
    @Ctx() { loaders }: ApiContext,
  ): Promise<MemberConnection> {
    const size = pageSize('first', first, 20);
    const place = after == null ? undefined : placeOf(after);
    const found = await loaders.members.load({
      conversationId: uuid,
      asOf: headSeq,
      limit: size + 1,
      after: place,
      to: kind !== 'community' || myRole === 'owner' || myRole === 'admin' ? null : viewer,
    });
    const members = found.slice(0, size).map(({ accountId, role, joinedSeq }) => ({
      accountId: encodeId('account', accountId),
      role,
      joinedSeq,
      accountUuid: accountId,
    }));
    return connectionOf(members, ({ joinedSeq, accountUuid }) => encodePlace(LIST, joinedSeq, accountUuid), {
      before: place !== undefined,
      after: found.length > size,
    });
  }

  @FieldResolver(() => [InviteLink], {
    nullable: true,
    description: 'Those that were not revoked, working or not. Null for who is no admin.',
  })
  async inviteLinks(
    @Root() conversation: Conversation,
    @Ctx() { services }: ApiContext,
  ): Promise<readonly InviteLink[] | null> {
    if (!isAdmin(conversation)) return null;
    const found = await inviteLinks(services.reads.pool, conversation.uuid);
    return found.map((link) => ({
      ...link,
      id: encodeId('link', link.id),
      createdBy: encodeId('account', link.createdBy),
    }));
  }

  @FieldResolver(() => [JoinRequest], {
    nullable: true,
    description: 'Who has waited for longest first. Null for who is no admin.',
  })
  async joinRequests(
    @Root() conversation: Conversation,
    @Arg('first', () => Int, { defaultValue: 20, nullable: true }) first: number | null,
    @Ctx() { services }: ApiContext,
  ): Promise<readonly JoinRequest[] | null> {
    if (!isAdmin(conversation)) return null;
    const found = await joinRequests(services.reads.pool, conversation.uuid, pageSize('first', first, 20));
    return found.map(({ accountId, linkId, at }) => ({
      accountId: encodeId('account', accountId),
      linkId: linkId === null ? null : encodeId('link', linkId),
      at,
      accountUuid: accountId,
    }));
  }
}

@Resolver(() => Member)
export class MemberFields {
  @FieldResolver(() => Account)
  async account(@Root() { accountUuid }: Member, @Ctx() context: ApiContext): Promise<Account> {
    return accountValue(await settleAccount(context, accountUuid));
  }
}

@Resolver(() => JoinRequest)
export class JoinRequestFields {
  @FieldResolver(() => Account)
  async account(@Root() { accountUuid }: JoinRequest, @Ctx() context: ApiContext): Promise<Account> {
    return accountValue(await settleAccount(context, accountUuid));
  }
}

function isAdmin({ myRole }: Conversation): boolean {
  return myRole === 'owner' || myRole === 'admin';
}

function placeOf(cursor: string): { readonly joinedSeq: number; readonly accountId: string } {
  const [joinedSeq = '', accountId = ''] = decodePlace(LIST, PLACE, cursor);
  return { joinedSeq: Number(joinedSeq), accountId };
}
