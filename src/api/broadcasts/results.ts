import { Field, ID } from 'type-graphql';
import {
  Busy,
  InvalidText,
  ListFull,
  NoRecipients,
  NotAllowed,
  NotAMember,
  outcomes,
  RateLimited,
} from '../kit/problems.js';
import { ReadToken } from '../kit/scalars.js';
import { Shape } from '../kit/shape.js';
import { BroadcastList } from './types.js';

@Shape()
export class BroadcastListSaved {
  readonly __typename!: 'BroadcastListSaved';

  @Field(() => BroadcastList)
  readonly list!: BroadcastList;

  @Field(() => ReadToken)
  readonly readToken!: string;

  @Field(() => Boolean, { description: 'False: it was so already.' })
  readonly changed!: boolean;

  @Field(() => [ID], { description: 'There are no such accounts.' })
  readonly notAdded!: readonly string[];
}

export const CreateBroadcastListResult = outcomes('CreateBroadcastListResult', () => [
  BroadcastListSaved,
  InvalidText,
  NoRecipients,
  ListFull,
  RateLimited,
  Busy,
]);

export const UpdateBroadcastListResult = outcomes('UpdateBroadcastListResult', () => [
  BroadcastListSaved,
  NotAMember,
  NotAllowed,
  InvalidText,
  ListFull,
  RateLimited,
  Busy,
]);
