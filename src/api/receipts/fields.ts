import { Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import { Account } from '../accounts/types.js';
import { settleAccount } from '../accounts/settled.js';
import { accountValue } from '../accounts/values.js';
import type { ApiContext } from '../kit/context.js';
import { Watermark } from './types.js';

@Resolver(() => Watermark)
export class WatermarkFields {
  @FieldResolver(() => Account)
  async account(@Root() { accountUuid }: Watermark, @Ctx() context: ApiContext): Promise<Account> {
    return accountValue(await settleAccount(context, accountUuid));
  }
}
