import { Field, ID, Int } from 'type-graphql';
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
