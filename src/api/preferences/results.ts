import { Field, ID } from 'type-graphql';
import {
  Busy,
  InvalidText,
  NoSuchMessage,
  NotAMember,
  outcomes,
  Problem,
  RateLimited,
  TooMany,
} from '../kit/problems.js';
import { ReadToken } from '../kit/scalars.js';
import { Shape } from '../kit/shape.js';
import { ChatPreferences, Draft } from './types.js';

@Shape({ implements: () => Problem })
export class InThePast extends Problem {
  readonly __typename!: 'InThePast';
}

@Shape({ description: 'As they are now.' })
export class ChatPreferencesSaved {
  readonly __typename!: 'ChatPreferencesSaved';

  @Field(() => ChatPreferences)
  readonly preferences!: ChatPreferences;

  @Field(() => ReadToken)
  readonly readToken!: string;
}

@Shape()
export class MessageMarked {
  readonly __typename!: 'MessageMarked';

  @Field(() => ID)
  readonly messageId!: string;

  @Field(() => ReadToken)
  readonly readToken!: string;
}

@Shape()
export class DraftSaved {
  readonly __typename!: 'DraftSaved';

  @Field(() => ID)
  readonly conversationId!: string;

  @Field(() => Draft, { nullable: true })
  readonly draft!: Draft | null;

  @Field(() => ReadToken)
  readonly readToken!: string;
}

export const ChangeChatResult = outcomes('ChangeChatResult', () => [
  ChatPreferencesSaved,
  NotAMember,
  RateLimited,
  Busy,
]);
export const MuteChatResult = outcomes('MuteChatResult', () => [
  ChatPreferencesSaved,
  InThePast,
  NotAMember,
  RateLimited,
  Busy,
]);
export const PinChatResult = outcomes('PinChatResult', () => [
  ChatPreferencesSaved,
  TooMany,
  NotAMember,
  RateLimited,
  Busy,
]);
export const MarkMessageResult = outcomes('MarkMessageResult', () => [MessageMarked, NoSuchMessage, RateLimited, Busy]);
export const SaveDraftResult = outcomes('SaveDraftResult', () => [
  DraftSaved,
  InvalidText,
  NotAMember,
  RateLimited,
  Busy,
]);
