import { Field, ID, InputType } from 'type-graphql';

@InputType()
export class CreateBroadcastListInput {
  @Field(() => String, {
    description: "1 to 128 characters, the client's own. The same again gives the first list, for ever.",
  })
  readonly clientId!: string;

  @Field(() => String, { description: '1 to 100 UTF-16 code units.' })
  readonly name!: string;

  @Field(() => [ID], { description: '1 to 256 accounts.' })
  readonly recipientIds!: readonly string[];
}

@InputType({ description: 'What is left out stays as it is.' })
export class UpdateBroadcastListInput {
  @Field(() => ID)
  readonly conversationId!: string;

  @Field(() => String, { nullable: true })
  readonly name?: string | null;

  @Field(() => [ID], { nullable: true })
  readonly add?: readonly string[] | null;

  @Field(() => [ID], { nullable: true, description: 'Who is in both is removed.' })
  readonly remove?: readonly string[] | null;
}
