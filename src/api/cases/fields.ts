import { Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import { Account } from '../accounts/types.js';
import { accountValue } from '../accounts/values.js';
import type { ApiContext } from '../kit/context.js';
import { MessageContent } from '../messages/contentTypes.js';
import { Case, ReportedMessage } from './types.js';
import { reportedContent } from './values.js';

/** Accounts as they show themselves to the administrator, which is as to anybody else. */
@Resolver(() => Case)
export class CaseFields {
  @FieldResolver(() => Account, { nullable: true })
  reporter(@Root() { reporterUuid }: Case, @Ctx() context: ApiContext): Promise<Account | null> {
    return accountOf(reporterUuid, context);
  }

  @FieldResolver(() => Account, { nullable: true, description: 'Who is reported.' })
  account(@Root() { accountUuid }: Case, @Ctx() context: ApiContext): Promise<Account | null> {
    return accountOf(accountUuid, context);
  }

  @FieldResolver(() => Account, { nullable: true })
  async closedBy(@Root() { closedByUuid }: Case, @Ctx() context: ApiContext): Promise<Account | null> {
    return closedByUuid === null ? null : accountOf(closedByUuid, context);
  }
}

async function accountOf(uuid: string, { loaders }: ApiContext): Promise<Account | null> {
  const account = await loaders.account.load(uuid);
  return account === null ? null : accountValue(account);
}

@Resolver(() => ReportedMessage)
export class ReportedMessageFields {
  @FieldResolver(() => MessageContent, {
    nullable: true,
    description: 'Null where the server cannot read it (sealed), or it was shown once or gone already.',
  })
  content(@Root() { view }: ReportedMessage): typeof MessageContent | null {
    return reportedContent(view);
  }
}
