import { Field, ID, Int } from 'type-graphql';
import {
  AlreadyOpened,
  Busy,
  InvalidChoice,
  InvalidContent,
  InvalidText,
  MentionsOthers,
  MessageGone,
  NoSuchMessage,
  NotAllowed,
  NotAMember,
  NotApplicable,
  outcomes,
  PollClosed,
  RateLimited,
  TooLate,
  TooMany,
} from '../kit/problems.js';
import { ReadToken } from '../kit/scalars.js';
import { Shape } from '../kit/shape.js';
import { MessageContent } from './contentTypes.js';

@Shape({ description: 'It is so now, or was already.' })
export class MessageChanged {
  readonly __typename!: 'MessageChanged';

  @Field(() => ID)
  readonly messageId!: string;

  @Field(() => ID)
  readonly conversationId!: string;

  @Field(() => Int, { description: "The message's." })
  readonly seq!: number;

  @Field(() => ReadToken)
  readonly readToken!: string;
}

const always = [MessageChanged, NotAMember, NoSuchMessage, RateLimited, Busy] as const;

export const EditMessageResult = outcomes('EditMessageResult', () => [
  ...always,
  NotAllowed,
  MessageGone,
  NotApplicable,
  TooLate,
  InvalidText,
  MentionsOthers,
  TooMany,
]);

export const DeleteMessageResult = outcomes('DeleteMessageResult', () => [...always, NotAllowed, TooLate]);

export const ReactToMessageResult = outcomes('ReactToMessageResult', () => [
  ...always,
  NotAllowed,
  MessageGone,
  InvalidText,
]);

export const PinMessageResult = outcomes('PinMessageResult', () => [
  ...always,
  NotAllowed,
  MessageGone,
  NotApplicable,
  TooMany,
]);

export const VotePollResult = outcomes('VotePollResult', () => [
  ...always,
  NotAllowed,
  MessageGone,
  NotApplicable,
  PollClosed,
  InvalidChoice,
]);

export const ClosePollResult = outcomes('ClosePollResult', () => [...always, NotAllowed, MessageGone, NotApplicable]);

export const UpdateLocationResult = outcomes('UpdateLocationResult', () => [
  ...always,
  NotAllowed,
  MessageGone,
  NotApplicable,
  TooLate,
  InvalidText,
  InvalidContent,
]);

@Shape({ description: 'What it says, this one time.' })
export class ViewOnceShown {
  readonly __typename!: 'ViewOnceShown';

  @Field(() => MessageContent)
  readonly content!: MessageContent;

  @Field(() => ReadToken)
  readonly readToken!: string;
}

export const OpenViewOnceResult = outcomes('OpenViewOnceResult', () => [
  ViewOnceShown,
  NotAMember,
  NoSuchMessage,
  NotAllowed,
  NotApplicable,
  AlreadyOpened,
  MessageGone,
  RateLimited,
  Busy,
]);
