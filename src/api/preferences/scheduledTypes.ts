import { Field, ID, InputType, Int, registerEnumType } from 'type-graphql';
import type { ScheduledStatus as Status } from '../../domain/preferences/index.js';
import { PageInfo } from '../kit/paging.js';
import { DateTime } from '../kit/scalars.js';
import { Shape } from '../kit/shape.js';
import { MessageContent } from '../messages/contentTypes.js';
import { SealedInput } from '../messages/inputs.js';

export const ScheduledStatus = {
  WAITING: 'waiting',
  SENDING: 'released',
  SENT: 'sent',
  FAILED: 'failed',
  CANCELLED: 'cancelled',
} as const;
registerEnumType(ScheduledStatus, { name: 'ScheduledStatus', description: 'SENDING: too late to cancel it.' });

@Shape({ description: "A message that is to be sent later; nobody else's to know until then." })
export class ScheduledMessage {
  @Field(() => ID)
  readonly id!: string;

  @Field(() => ID)
  readonly conversationId!: string;

  @Field(() => String, { description: 'What the message will have as its own.' })
  readonly clientId!: string;

  @Field(() => DateTime)
  readonly at!: number;

  @Field(() => MessageContent)
  readonly content!: MessageContent;

  @Field(() => ScheduledStatus)
  readonly status!: Status;

  @Field(() => Int, { nullable: true, description: 'Of the message, once it is sent.' })
  readonly messageSeq!: number | null;

  @Field(() => String, { nullable: true, description: 'Why it failed: `not_a_member`, `admins_only`, …' })
  readonly failure!: string | null;
}

@Shape({ description: 'The content is in `scheduledMessages`.' })
export class ScheduledMessageChanged {
  @Field(() => ID)
  readonly scheduledMessageId!: string;

  @Field(() => ID)
  readonly conversationId!: string;

  @Field(() => DateTime)
  readonly at!: string;

  @Field(() => ScheduledStatus)
  readonly status!: Status;

  @Field(() => Int, { nullable: true })
  readonly messageSeq!: number | null;
}

@Shape()
export class ScheduledEdge {
  @Field(() => String)
  readonly cursor!: string;

  @Field(() => ScheduledMessage)
  readonly node!: ScheduledMessage;
}

@Shape({ description: 'The next first.' })
export class ScheduledConnection {
  @Field(() => [ScheduledEdge])
  readonly edges!: readonly ScheduledEdge[];

  @Field(() => PageInfo)
  readonly pageInfo!: PageInfo;
}

@InputType({ description: 'Exactly one of `text` and `sealed`.' })
export class ScheduleMessageInput {
  @Field(() => ID)
  readonly conversationId!: string;

  @Field(() => String, {
    description:
      "The client's own, for the scheduling and the message. The same again gives the first result, for ever.",
  })
  readonly clientId!: string;

  @Field(() => DateTime, { description: 'From 10 seconds to 366 days from now.' })
  readonly at!: number;

  @Field(() => String, { nullable: true, description: '1 to 65,536 UTF-16 code units.' })
  readonly text?: string | null;

  @Field(() => SealedInput, { nullable: true })
  readonly sealed?: SealedInput | null;
}
