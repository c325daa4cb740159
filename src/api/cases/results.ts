import { Field, ID, InputType, registerEnumType } from 'type-graphql';
import type { CaseVerdict as Verdict, ReportReason as Reason } from '../../domain/cases/index.js';
import {
  InvalidText,
  NoSuchAccount,
  NoSuchCase,
  NoSuchMessage,
  outcomes,
  Problem,
  RateLimited,
  TooMany,
} from '../kit/problems.js';
import { ReadToken } from '../kit/scalars.js';
import { Shape } from '../kit/shape.js';
import { Case, ReportReason } from './types.js';

export const CaseVerdict = { UPHELD: 'upheld', DISMISSED: 'dismissed' } as const;
registerEnumType(CaseVerdict, { name: 'CaseVerdict' });

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

@InputType()
export class CloseCaseInput {
  @Field(() => ID)
  readonly caseId!: string;

  @Field(() => CaseVerdict)
  readonly verdict!: Verdict;

  @Field(() => String, { nullable: true, description: 'Up to 1,000 characters, for administrators.' })
  readonly note?: string | null;
}

@Shape({ description: 'The same verdict again changes nothing: the first note stands.' })
export class CaseClosed {
  readonly __typename!: 'CaseClosed';

  @Field(() => Case)
  readonly case!: Case;

  @Field(() => ReadToken)
  readonly readToken!: string;
}

@Shape({ implements: () => Problem, description: 'A case is closed once.' })
export class CaseDecided extends Problem {
  readonly __typename!: 'CaseDecided';

  @Field(() => CaseVerdict)
  readonly verdict!: Verdict;
}

export const CloseCaseResult = outcomes('CloseCaseResult', () => [CaseClosed, NoSuchCase, CaseDecided, InvalidText]);
