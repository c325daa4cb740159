import { Field, ID, registerEnumType } from 'type-graphql';
import type { TypingKind } from '../../domain/typing/index.js';
import { NotAllowed, NotAMember, outcomes, RateLimited } from '../kit/problems.js';
import { DateTime } from '../kit/scalars.js';
import { Shape } from '../kit/shape.js';

export const TypingKindEnum = { TYPING: 'TYPING', RECORDING: 'RECORDING', NONE: 'NONE' } as const;
registerEnumType(TypingKindEnum, { name: 'TypingKind', description: 'NONE: no longer.' });

@Shape({
  description: 'Somebody began to type or to record, went over to the other, or ended. Nothing of it is stored.',
})
export class TypingNotice {
  @Field(() => ID)
  readonly accountId!: string;

  @Field(() => TypingKindEnum)
  readonly kind!: TypingKind;

  @Field(() => DateTime, {
    nullable: true,
    description: 'When the server will say NONE unless it is repeated; null for NONE.',
  })
  readonly expiresAt!: number | null;
}

@Shape({ description: 'Whoever listens is told; repeat it every few seconds.' })
export class TypingSet {
  readonly __typename!: 'TypingSet';

  @Field(() => ID)
  readonly conversationId!: string;
}

export const SetTypingResult = outcomes('SetTypingResult', () => [TypingSet, NotAMember, NotAllowed, RateLimited]);
