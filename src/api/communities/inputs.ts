import { Field, ID, InputType } from 'type-graphql';

@InputType()
export class CreateCommunityInput {
  @Field(() => String, {
    description: "1 to 128 characters, the client's own. The same again gives the first community, for ever.",
  })
  readonly clientId!: string;

  @Field(() => String, { description: '1 to 100 UTF-16 code units.' })
  readonly name!: string;

  @Field(() => String, { nullable: true, description: 'Up to 2,048 UTF-16 code units.' })
  readonly description?: string | null;

  @Field(() => String, { nullable: true, description: 'A reference to a picture.' })
  readonly avatar?: string | null;
}

@InputType()
export class CommunityGroupInput {
  @Field(() => ID)
  readonly communityId!: string;

  @Field(() => ID)
  readonly groupId!: string;
}
