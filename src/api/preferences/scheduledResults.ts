import { Field } from 'type-graphql';
import { Busy, InvalidText, NotAMember, outcomes, Problem, RateLimited, TooMany } from '../kit/problems.js';
import { DateTime, ReadToken } from '../kit/scalars.js';
import { Shape } from '../kit/shape.js';
import { IdempotencyConflict } from '../messages/results.js';
import { ScheduledMessage } from './scheduledTypes.js';

@Shape({ implements: () => Problem })
export class TimeOutOfRange extends Problem {
  readonly __typename!: 'TimeOutOfRange';

  @Field(() => DateTime)
  readonly earliest!: number;

  @Field(() => DateTime)
  readonly latest!: number;
}

@Shape({ implements: () => Problem })
export class NoSuchScheduledMessage extends Problem {
  readonly __typename!: 'NoSuchScheduledMessage';
}

@Shape({ implements: () => Problem })
export class TooLateToCancel extends Problem {
  readonly __typename!: 'TooLateToCancel';
}

@Shape({ description: 'As it is now: a repeat may find it sent.' })
export class ScheduledMessageSaved {
  readonly __typename!: 'ScheduledMessageSaved';

  @Field(() => ScheduledMessage)
  readonly scheduledMessage!: ScheduledMessage;

  @Field(() => ReadToken)
  readonly readToken!: string;
}

export const ScheduleMessageResult = outcomes('ScheduleMessageResult', () => [
  ScheduledMessageSaved,
  NotAMember,
  InvalidText,
  TimeOutOfRange,
  TooMany,
  IdempotencyConflict,
  RateLimited,
  Busy,
]);
export const CancelScheduledResult = outcomes('CancelScheduledResult', () => [
  ScheduledMessageSaved,
  NoSuchScheduledMessage,
  TooLateToCancel,
  RateLimited,
  Busy,
]);
