import { Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import { Account } from '../accounts/types.js';
import { accountValue } from '../accounts/values.js';
import type { ApiContext } from '../kit/context.js';
import { settleAccount } from '../accounts/settled.js';
import { Contact, ContactSuggestion } from './types.js';

@Resolver(() => Contact)
export class ContactFields {
  @FieldResolver(() => Account, {
    nullable: true,
    description: 'Who registered with the number. Null as well for who does not want to be found by it.',
  })
  async account(@Root() { accountUuid }: Contact, @Ctx() { loaders }: ApiContext): Promise<Account | null> {
    if (accountUuid === null) return null;
    const account = await loaders.account.load(accountUuid);
    return account === null ? null : accountValue(account);
  }
}

@Resolver(() => ContactSuggestion)
export class SuggestionFields {
  @FieldResolver(() => Account)
  async account(@Root() { accountUuid }: ContactSuggestion, @Ctx() context: ApiContext): Promise<Account> {
    return accountValue(await settleAccount(context, accountUuid));
  }
}
