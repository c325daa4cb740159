import { Field } from 'type-graphql';
import { Conversation } from '../conversations/types.js';
import { GroupChanged, GroupJoined, JoinWaits } from '../groups/results.js';
import {
  Busy,
  GroupFull,
  InvalidText,
  LinkedElsewhere,
  NotAllowed,
  NotAMember,
  NotLinked,
  outcomes,
  RateLimited,
  TooManyGroups,
} from '../kit/problems.js';
import { ReadToken } from '../kit/scalars.js';
import { Shape } from '../kit/shape.js';

@Shape()
export class CommunityCreated {
  readonly __typename!: 'CommunityCreated';

  @Field(() => Conversation)
  readonly conversation!: Conversation;

  @Field(() => ReadToken)
  readonly readToken!: string;

  @Field(() => Boolean, { description: 'False: it was there already.' })
  readonly created!: boolean;
}

export const CreateCommunityResult = outcomes('CreateCommunityResult', () => [
  CommunityCreated,
  InvalidText,
  RateLimited,
  Busy,
]);

export const LinkGroupResult = outcomes('LinkGroupResult', () => [
  GroupChanged,
  NotAMember,
  NotAllowed,
  LinkedElsewhere,
  TooManyGroups,
  GroupFull,
  RateLimited,
  Busy,
]);

export const ChangeCommunityResult = outcomes('ChangeCommunityResult', () => [
  GroupChanged,
  NotAMember,
  NotAllowed,
  RateLimited,
  Busy,
]);

export const JoinCommunityGroupResult = outcomes('JoinCommunityGroupResult', () => [
  GroupJoined,
  JoinWaits,
  NotAMember,
  NotLinked,
  GroupFull,
  RateLimited,
  Busy,
]);
