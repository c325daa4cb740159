import { Field, ID } from 'type-graphql';
import {
  Busy,
  HandleTaken,
  InvalidText,
  NoSuchAccount,
  NoSuchChannel,
  NotAllowed,
  outcomes,
  RateLimited,
  TooManyAdmins,
} from '../kit/problems.js';
import { ReadToken } from '../kit/scalars.js';
import { Shape } from '../kit/shape.js';
import { Channel } from './types.js';

@Shape()
export class ChannelSaved {
  readonly __typename!: 'ChannelSaved';

  @Field(() => Channel)
  readonly channel!: Channel;

  @Field(() => ReadToken)
  readonly readToken!: string;

  @Field(() => Boolean, { description: 'False: it was so already.' })
  readonly changed!: boolean;
}

@Shape()
export class ChannelFollowSet {
  readonly __typename!: 'ChannelFollowSet';

  @Field(() => ID)
  readonly channelId!: string;

  @Field(() => Boolean)
  readonly following!: boolean;

  @Field(() => ReadToken)
  readonly readToken!: string;
}

export const CreateChannelResult = outcomes('CreateChannelResult', () => [
  ChannelSaved,
  HandleTaken,
  InvalidText,
  RateLimited,
  Busy,
]);
export const UpdateChannelResult = outcomes('UpdateChannelResult', () => [
  ChannelSaved,
  NoSuchChannel,
  NotAllowed,
  InvalidText,
  RateLimited,
  Busy,
]);
export const SetChannelAdminResult = outcomes('SetChannelAdminResult', () => [
  ChannelSaved,
  NoSuchChannel,
  NoSuchAccount,
  NotAllowed,
  TooManyAdmins,
  RateLimited,
  Busy,
]);
export const FollowChannelResult = outcomes('FollowChannelResult', () => [
  ChannelFollowSet,
  NoSuchChannel,
  RateLimited,
  Busy,
]);
