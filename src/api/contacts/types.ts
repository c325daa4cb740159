import { Field, ID, registerEnumType } from 'type-graphql';
import { Account } from '../accounts/types.js';
import { PageInfo } from '../kit/paging.js';
import { Shape } from '../kit/shape.js';

@Shape({ description: "A number of the caller's own book, under the name that the caller gave it." })
export class Contact {
  @Field(() => ID)
  readonly id!: string;

  @Field(() => String, { description: 'E.164.' })
  readonly phone!: string;

  @Field(() => String)
  readonly name!: string;

  @Field(() => Boolean, { description: "The account has the caller's number too. False where there is no account." })
  readonly mutual!: boolean;

  /** The plain id, for the resolver. */
  readonly accountUuid!: string | null;
  readonly place!: string;
}

@Shape()
export class ContactEdge {
  @Field(() => String)
  readonly cursor!: string;

  @Field(() => Contact)
  readonly node!: Contact;
}

@Shape()
export class ContactConnection {
  @Field(() => [ContactEdge])
  readonly edges!: readonly ContactEdge[];

  @Field(() => PageInfo)
  readonly pageInfo!: PageInfo;
}

export const SuggestionReason = { CONVERSATION: 'conversation', HAS_YOUR_NUMBER: 'has_your_number' } as const;
registerEnumType(SuggestionReason, { name: 'SuggestionReason' });

@Shape({ description: "Somebody who is not in the caller's contacts: docs/topics/contacts.md." })
export class ContactSuggestion {
  @Field(() => SuggestionReason)
  readonly reason!: 'conversation' | 'has_your_number';

  /** The plain id, for the resolver. */
  readonly accountUuid!: string;
}

@Shape()
export class BlockedAccountEdge {
  @Field(() => String)
  readonly cursor!: string;

  @Field(() => Account)
  readonly node!: Account;
}

@Shape()
export class BlockedAccountConnection {
  @Field(() => [BlockedAccountEdge])
  readonly edges!: readonly BlockedAccountEdge[];

  @Field(() => PageInfo)
  readonly pageInfo!: PageInfo;
}
