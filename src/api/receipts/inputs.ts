import { Field, ID, InputType, Int } from 'type-graphql';

@InputType({
  description:
    'Sequences. Lower than before changes nothing; reading implies delivery. In a channel only what was read is kept.',
})
export class AcknowledgeInput {
  @Field(() => ID)
  readonly conversationId!: string;

  @Field(() => Int, { nullable: true })
  readonly deliveredUpTo?: number | null;

  @Field(() => Int, { nullable: true })
  readonly readUpTo?: number | null;
}
