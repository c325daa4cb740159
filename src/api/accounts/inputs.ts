import { Field, InputType } from 'type-graphql';

@InputType()
export class DeviceInput {
  @Field(() => String, { description: 'What the user calls it: 1 to 64 characters.' })
  readonly name!: string;

  @Field(() => String, { description: '1 to 32 characters: `ios`, `android`, `web`…' })
  readonly platform!: string;
}

@InputType({ description: 'An absent field stays as it is; null or an empty text clears it.' })
export class UpdateProfileInput {
  @Field(() => String, { nullable: true, description: 'Up to 64 characters.' })
  readonly name?: string | null;

  @Field(() => String, { nullable: true, description: 'Up to 500 characters.' })
  readonly about?: string | null;

  @Field(() => String, { nullable: true, description: 'A reference of up to 512 characters.' })
  readonly avatar?: string | null;
}
