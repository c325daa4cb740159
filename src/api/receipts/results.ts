import { Field, ID, Int } from 'type-graphql';
import { Busy, NotAMember, outcomes, Problem, RateLimited } from '../kit/problems.js';
import { Shape } from '../kit/shape.js';

@Shape({ description: "This device's watermarks, stored." })
export class Acknowledged {
  readonly __typename!: 'Acknowledged';

  @Field(() => ID)
  readonly conversationId!: string;

  @Field(() => Int)
  readonly deliveredUpTo!: number;

  @Field(() => Int)
  readonly readUpTo!: number;
}

@Shape({ implements: () => Problem })
export class BeyondHead extends Problem {
  readonly __typename!: 'BeyondHead';

  @Field(() => Int)
  readonly headSeq!: number;
}

export const AcknowledgeResult = outcomes('AcknowledgeResult', () => [
  Acknowledged,
  NotAMember,
  BeyondHead,
  RateLimited,
  Busy,
]);
