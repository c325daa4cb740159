import { Field, ID, InputType } from 'type-graphql';

const OPTIONAL = { nullable: true };

@InputType()
export class CreateChannelInput {
  @Field(() => String, {
    description:
      '3 to 32 of a to z, 0 to 9 and single underscores within; for ever. The same again gives the first channel.',
  })
  readonly handle!: string;

  @Field(() => String, { description: '1 to 100 UTF-16 code units.' })
  readonly name!: string;

  @Field(() => String, { nullable: true, description: 'Up to 2,048 UTF-16 code units.' })
  readonly description?: string | null;

  @Field(() => String, OPTIONAL)
  readonly avatar?: string | null;
}

@InputType({
  description: 'What is left out stays as it is; null or an empty text takes it away. A channel keeps a name.',
})
export class UpdateChannelInput {
  @Field(() => ID)
  readonly channelId!: string;

  @Field(() => String, OPTIONAL)
  readonly name?: string | null;

  @Field(() => String, OPTIONAL)
  readonly description?: string | null;

  @Field(() => String, OPTIONAL)
  readonly avatar?: string | null;
}

@InputType()
export class SetChannelAdminInput {
  @Field(() => ID)
  readonly channelId!: string;

  @Field(() => ID)
  readonly accountId!: string;

  @Field(() => Boolean)
  readonly admin!: boolean;
}
