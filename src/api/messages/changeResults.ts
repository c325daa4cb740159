import { Field, ID, Int } from 'type-graphql';
import {
  Busy,
  InvalidText,
  MentionsOthers,
  MessageGone,
  NoSuchMessage,
  NotAllowed,
  NotAMember,
  NotApplicable,
  outcomes,
  RateLimited,
  TooLate,
  TooMany,
} from '../kit/problems.js';
import { ReadToken } from '../kit/scalars.js';
import { Shape } from '../kit/shape.js';

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

export const ReactToMessageResult = outcomes('ReactToMessageResult', () => [...always, MessageGone, InvalidText]);
