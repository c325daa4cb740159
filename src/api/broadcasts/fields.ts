import { Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import { Account } from '../accounts/types.js';
import { accountValue } from '../accounts/values.js';
import type { ApiContext } from '../kit/context.js';
import { BroadcastList } from './types.js';

@Resolver(() => BroadcastList)
export class BroadcastFields {
  @FieldResolver(() => [Account])
  async recipients(@Root() { uuid }: BroadcastList, @Ctx() { loaders }: ApiContext): Promise<readonly Account[]> {
    const ids = await loaders.recipientsOf.load(uuid);
    const accounts = await Promise.all(ids.map((id) => loaders.account.load(id)));
    return accounts.filter((account) => account !== null).map(accountValue);
  }
}
