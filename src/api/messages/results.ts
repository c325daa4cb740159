import { Field, ID, Int } from 'type-graphql';
import {
  Busy,
  InvalidContent,
  InvalidText,
  MentionsOthers,
  MessageGone,
  NoSuchMessage,
  NotAllowed,
  NotAMember,
  NotApplicable,
  outcomes,
  Problem,
  RateLimited,
  TooMany,
} from '../kit/problems.js';
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
  NotApplicable,
  NoSuchMessage,
  MessageGone,
  InvalidText,
  InvalidContent,
  MentionsOthers,
  TooMany,
  IdempotencyConflict,
  RateLimited,
  Busy,
]);

@Shape({ description: 'What became of one message in one conversation.' })
export class Forwarded {
  @Field(() => ID)
  readonly conversationId!: string;

  @Field(() => ID, { description: 'The message that it was forwarded from.' })
  readonly sourceId!: string;

  @Field(() => SendMessageResult)
  readonly result!: typeof SendMessageResult;
}

@Shape({ description: 'Each has a result of its own.' })
export class MessagesForwarded {
  readonly __typename!: 'MessagesForwarded';

  @Field(() => [Forwarded])
  readonly forwards!: readonly Forwarded[];
}

export const ForwardMessagesResult = outcomes('ForwardMessagesResult', () => [MessagesForwarded, TooMany, Busy]);
