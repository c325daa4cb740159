import { Field, ID, InputType, registerEnumType } from 'type-graphql';
import type { ReportReason as Reason } from '../../domain/cases/index.js';
import { InvalidText, NoSuchAccount, NoSuchMessage, outcomes, RateLimited, TooMany } from '../kit/problems.js';
import { ReadToken } from '../kit/scalars.js';
import { Shape } from '../kit/shape.js';

export const ReportReason = {
  SPAM: 'spam',
  ABUSE: 'abuse',
  VIOLENCE: 'violence',
  CHILD_SAFETY: 'child_safety',
  IMPERSONATION: 'impersonation',
  OTHER: 'other',
} as const;
registerEnumType(ReportReason, { name: 'ReportReason' });

@InputType()
export class ReportAccountInput {
  @Field(() => ID)
  readonly accountId!: string;

  @Field(() => ReportReason)
  readonly reason!: Reason;

  @Field(() => String, { nullable: true, description: 'Up to 1,000 characters.' })
  readonly comment?: string | null;

  @Field(() => [ID], { nullable: true, description: 'Up to 5 messages of that account, of one conversation.' })
  readonly messageIds?: readonly string[] | null;
}

@InputType()
export class ReportMessageInput {
  @Field(() => [ID], { description: '1 to 5 messages of one author, of one conversation.' })
  readonly messageIds!: readonly string[];

  @Field(() => ReportReason)
  readonly reason!: Reason;

  @Field(() => String, { nullable: true, description: 'Up to 1,000 characters.' })
  readonly comment?: string | null;
}

@Shape({ description: 'The reported one is not told.' })
export class Reported {
  readonly __typename!: 'Reported';

  @Field(() => ID, { description: 'The same report again is the same case.' })
  readonly caseId!: string;

  @Field(() => ReadToken)
  readonly readToken!: string;
}

export const ReportResult = outcomes('ReportResult', () => [
  Reported,
  NoSuchAccount,
  NoSuchMessage,
  InvalidText,
  TooMany,
  RateLimited,
]);
