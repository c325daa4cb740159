import { Field, ID, Int } from 'type-graphql';
import { Busy, InvalidTimer, NotAllowed, NotAMember, outcomes, RateLimited } from '../kit/problems.js';
import { ReadToken } from '../kit/scalars.js';
import { Shape } from '../kit/shape.js';

@Shape()
export class DisappearingSet {
  readonly __typename!: 'DisappearingSet';

  @Field(() => ID)
  readonly conversationId!: string;

  @Field(() => Int, { nullable: true })
  readonly seconds!: number | null;

  @Field(() => ReadToken)
  readonly readToken!: string;
}

export const SetDisappearingResult = outcomes('SetDisappearingResult', () => [
  DisappearingSet,
  NotAMember,
  NotAllowed,
  InvalidTimer,
  RateLimited,
  Busy,
]);
