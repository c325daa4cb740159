import { Field, ID, InputType, Int } from 'type-graphql';

@InputType({ description: 'Sequences. Lower than before changes nothing; reading implies delivery.' })
export class AcknowledgeInput {
  @Field(() => ID)
  readonly conversationId!: string;

  @Field(() => Int, { nullable: true })
  readonly deliveredUpTo?: number | null;

  @Field(() => Int, { nullable: true })
  readonly readUpTo?: number | null;
}
