import { Field, ID, InputType } from 'type-graphql';
import { FirstTextsInput } from '../groups/inputs.js';

@InputType()
export class CreateCommunityInput extends FirstTextsInput {
  @Field(() => String, {
    description: "1 to 128 characters, the client's own. The same again gives the first community, for ever.",
  })
  readonly clientId!: string;
}

@InputType()
export class CommunityGroupInput {
  @Field(() => ID)
  readonly communityId!: string;

  @Field(() => ID)
  readonly groupId!: string;
}
