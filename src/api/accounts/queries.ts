import { Arg, Ctx, ID, Query, Resolver } from 'type-graphql';
import { settle } from '../kit/consistency.js';
import { sessionOf, type ApiContext } from '../kit/context.js';
import { encodeId, decodeId } from '../kit/nodeIds.js';
import { ReadToken } from '../kit/scalars.js';
import { Allow } from '../kit/shape.js';
import { settleAccount } from './settled.js';
import { Account, Me } from './types.js';
import { accountValue } from './values.js';

@Resolver()
export class AccountQueries {
  @Allow('device')
  @Query(() => Me)
  async me(@Ctx() context: ApiContext): Promise<Me> {
    const { accountId, deviceId } = sessionOf(context);
    const account = await settleAccount(context, accountId);
    return { account: accountValue(account), phone: account.phone, deviceId: encodeId('device', deviceId) };
  }

  @Allow('device')
  @Query(() => Account, { nullable: true, description: 'Null when there is no such account.' })
  async account(
    @Arg('id', () => ID) id: string,
    @Arg('atLeast', () => ReadToken, { nullable: true }) atLeast: string | null | undefined,
    @Ctx() context: ApiContext,
  ): Promise<Account | null> {
    const uuid = decodeId('account', id);
    await settle(context, atLeast);
    const account = await context.loaders.account.load(uuid);
    return account === null ? null : accountValue(account);
  }
}
