import { Field } from 'type-graphql';
import { NoSuchAccount, outcomes, RateLimited } from '../kit/problems.js';
import { ReadToken } from '../kit/scalars.js';
import { Shape } from '../kit/shape.js';
import { Conversation } from './types.js';

/** What begins a conversation answers. */
@Shape()
export abstract class Begun {
  @Field(() => Conversation)
  readonly conversation!: Conversation;

  @Field(() => ReadToken)
  readonly readToken!: string;

  @Field(() => Boolean, { description: 'False: it was there already.' })
  readonly created!: boolean;
}

@Shape()
export class ConversationStarted extends Begun {
  readonly __typename!: 'ConversationStarted';
}

export const StartConversationResult = outcomes('StartConversationResult', () => [
  ConversationStarted,
  NoSuchAccount,
  RateLimited,
]);
