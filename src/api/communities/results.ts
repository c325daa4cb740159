import { Begun } from '../conversations/results.js';
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
import { Shape } from '../kit/shape.js';

@Shape()
export class CommunityCreated extends Begun {
  readonly __typename!: 'CommunityCreated';
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
