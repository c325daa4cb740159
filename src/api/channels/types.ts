import { Field, ID } from 'type-graphql';
import { Shape } from '../kit/shape.js';

@Shape({ description: 'A one-way conversation: anybody may look at it and follow it; its admins write.' })
export class Channel {
  @Field(() => ID, { description: 'Of the conversation, which followers and admins have.' })
  readonly id!: string;

  @Field(() => String)
  readonly handle!: string;

  @Field(() => String, { nullable: true })
  readonly name!: string | null;

  @Field(() => String, { nullable: true })
  readonly description!: string | null;

  @Field(() => String, { nullable: true, description: 'A reference to a picture.' })
  readonly avatar!: string | null;

  @Field(() => Boolean, { description: 'Whether the caller follows it.' })
  readonly following!: boolean;

  /** The plain id, for the resolvers. */
  readonly uuid!: string;
}
