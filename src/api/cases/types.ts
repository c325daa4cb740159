import { Field, ID, Int, registerEnumType } from 'type-graphql';
import type { ReportReason as Reason } from '../../domain/cases/index.js';
import type { CaseStatus as Status, ReportedMessageView } from '../../projections/cases/cases.queries.js';
import { PageInfo } from '../kit/paging.js';
import { DateTime } from '../kit/scalars.js';
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

export const CaseStatus = { OPEN: 'open', UPHELD: 'upheld', DISMISSED: 'dismissed' } as const;
registerEnumType(CaseStatus, { name: 'CaseStatus' });

@Shape({ description: 'As the reporter saw it; what became of it later does not show here.' })
export class ReportedMessage {
  @Field(() => ID)
  readonly id!: string;

  @Field(() => Int)
  readonly seq!: number;

  @Field(() => DateTime)
  readonly at!: number;

  /** For the resolver. */
  readonly view!: ReportedMessageView;
}

@Shape({ description: 'A report, for administrators: docs/topics/administrators.md.' })
export class Case {
  @Field(() => ID)
  readonly id!: string;

  @Field(() => CaseStatus)
  readonly status!: Status;

  @Field(() => ReportReason)
  readonly reason!: Reason;

  @Field(() => String, { nullable: true, description: "The reporter's. Null when there is none, or it was erased." })
  readonly comment!: string | null;

  @Field(() => [ReportedMessage], { description: 'Up to 5.' })
  readonly messages!: readonly ReportedMessage[];

  @Field(() => ID, {
    nullable: true,
    description: 'Where the messages are from. It opens nothing to an administrator.',
  })
  readonly conversationId!: string | null;

  @Field(() => DateTime)
  readonly openedAt!: number;

  @Field(() => DateTime, { nullable: true })
  readonly closedAt!: number | null;

  @Field(() => String, { nullable: true, description: 'By who closed it.' })
  readonly note!: string | null;

  /** Plain ids, for the resolvers. */
  readonly reporterUuid!: string;
  readonly accountUuid!: string;
  readonly closedByUuid!: string | null;
}

@Shape()
export class CaseEdge {
  @Field(() => String)
  readonly cursor!: string;

  @Field(() => Case)
  readonly node!: Case;
}

@Shape()
export class CaseConnection {
  @Field(() => [CaseEdge])
  readonly edges!: readonly CaseEdge[];

  @Field(() => PageInfo)
  readonly pageInfo!: PageInfo;
}
