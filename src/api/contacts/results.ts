import { Field, ID, Int } from 'type-graphql';
import { NoSuchAccount, outcomes, RateLimited, TooMany } from '../kit/problems.js';
import { ReadToken } from '../kit/scalars.js';
import { Shape } from '../kit/shape.js';
import { Contact } from './types.js';

@Shape({ description: 'An entry that is not in the book.' })
export class RefusedContact {
  @Field(() => Int, { description: 'Its place among the entries given.' })
  readonly index!: number;

  @Field(() => String, { description: '`phone` or `name`.' })
  readonly field!: string;

  @Field(() => String, { description: 'As of `InvalidPhone` or `InvalidText`.' })
  readonly reason!: string;
}

@Shape()
export class ContactsSynced {
  readonly __typename!: 'ContactsSynced';

  @Field(() => [Contact], { description: 'The entries given, as the book has them.' })
  readonly contacts!: readonly Contact[];

  @Field(() => [RefusedContact])
  readonly refused!: readonly RefusedContact[];

  @Field(() => Int, { description: 'How many were new or had another name.' })
  readonly saved!: number;

  @Field(() => Int, { description: 'How many left the book.' })
  readonly removed!: number;

  @Field(() => ReadToken)
  readonly readToken!: string;
}

@Shape()
export class AccountBlock {
  readonly __typename!: 'AccountBlock';

  @Field(() => ID)
  readonly accountId!: string;

  @Field(() => Boolean)
  readonly blocked!: boolean;

  @Field(() => Boolean, { description: 'False: it was so already.' })
  readonly changed!: boolean;

  @Field(() => ReadToken)
  readonly readToken!: string;
}

export const SyncContactsResult = outcomes('SyncContactsResult', () => [ContactsSynced, TooMany, RateLimited]);
export const BlockAccountResult = outcomes('BlockAccountResult', () => [
  AccountBlock,
  NoSuchAccount,
  TooMany,
  RateLimited,
]);
