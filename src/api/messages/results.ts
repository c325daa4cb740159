import { Field, ID, Int } from 'type-graphql';
import { Busy, InvalidText, NotAllowed, NotAMember, outcomes, Problem, RateLimited } from '../kit/problems.js';
import { DateTime, ReadToken } from '../kit/scalars.js';
import { Shape } from '../kit/shape.js';

@Shape({ description: 'Stored: it cannot be lost any more.' })
export class MessageSent {
  readonly __typename!: 'MessageSent';

  @Field(() => ID)
  readonly messageId!: string;

  @Field(() => String)
  readonly clientId!: string;

  @Field(() => Int)
  readonly seq!: number;

  @Field(() => DateTime)
  readonly at!: number;

  @Field(() => ReadToken)
  readonly readToken!: string;
}

@Shape({ implements: () => Problem })
export class IdempotencyConflict extends Problem {
  readonly __typename!: 'IdempotencyConflict';
}

export const SendMessageResult = outcomes('SendMessageResult', () => [
  MessageSent,
  NotAMember,
  NotAllowed,
  InvalidText,
  IdempotencyConflict,
  RateLimited,
  Busy,
]);
