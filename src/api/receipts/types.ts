import { Field, ID, Int } from 'type-graphql';
import { PageInfo } from '../kit/paging.js';
import { DateTime } from '../kit/scalars.js';
import { Shape } from '../kit/shape.js';

@Shape({ description: 'How far an account has come in a conversation, on the device that is furthest.' })
export class Watermark {
  @Field(() => ID)
  readonly accountId!: string;

  @Field(() => Int)
  readonly deliveredUpTo!: number;

  @Field(() => Int)
  readonly readUpTo!: number;

  /** The plain id, for the resolver. */
  readonly accountUuid!: string;
}

@Shape()
export class MemberReceipt {
  @Field(() => ID)
  readonly accountId!: string;

  @Field(() => Boolean, { description: 'On some device of the account.' })
  readonly delivered!: boolean;

  @Field(() => DateTime, { nullable: true, description: 'Null where it is not known when.' })
  readonly deliveredAt!: number | null;

  @Field(() => Boolean, { description: 'False also of who does not show it, or to whom one does not show it oneself.' })
  readonly read!: boolean;

  @Field(() => DateTime, { nullable: true, description: 'Null where it is not known when.' })
  readonly readAt!: number | null;

  /** The plain id, for the resolver. */
  readonly accountUuid!: string;
}

@Shape()
export class MemberReceiptEdge {
  @Field(() => String)
  readonly cursor!: string;

  @Field(() => MemberReceipt)
  readonly node!: MemberReceipt;
}

@Shape()
export class MemberReceiptConnection {
  @Field(() => [MemberReceiptEdge])
  readonly edges!: readonly MemberReceiptEdge[];

  @Field(() => PageInfo)
  readonly pageInfo!: PageInfo;
}

@Shape({ description: 'docs/protocol/receipts.md' })
export class MessageInfo {
  @Field(() => ID)
  readonly messageId!: string;

  @Field(() => Int)
  readonly seq!: number;

  @Field(() => DateTime)
  readonly at!: number;

  /** For the resolver; ids are plain. */
  readonly conversationUuid!: string;
  readonly author!: string;
  readonly withheld!: boolean;
}
