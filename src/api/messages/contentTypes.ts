import { createUnionType, Field, Float, ID } from 'type-graphql';
import { Base64, DateTime } from '../kit/scalars.js';
import { Shape } from '../kit/shape.js';

/** What a message may say. None of it depends on who looks, so that updates carry the same. */
@Shape()
export class TextContent {
  readonly __typename!: 'TextContent';

  @Field(() => String)
  readonly text!: string;
}

@Shape({ description: 'Bytes that the server never looks into.' })
export class SealedContent {
  readonly __typename!: 'SealedContent';

  @Field(() => String)
  readonly algorithm!: string;

  @Field(() => ID)
  readonly senderDevice!: string;

  @Field(() => Base64)
  readonly payload!: Buffer | string;
}

@Shape()
export class ContactContent {
  readonly __typename!: 'ContactContent';

  @Field(() => String)
  readonly name!: string;

  @Field(() => [String], { description: 'As they were written.' })
  readonly phones!: readonly string[];

  @Field(() => ID, { nullable: true })
  readonly accountId!: string | null;
}

@Shape({ description: 'Of a live one the newest place; it is live until `liveUntil`.' })
export class LocationContent {
  readonly __typename!: 'LocationContent';

  @Field(() => Float, { description: 'Degrees.' })
  readonly latitude!: number;

  @Field(() => Float, { description: 'Degrees.' })
  readonly longitude!: number;

  @Field(() => Float, { nullable: true })
  readonly accuracyMetres!: number | null;

  @Field(() => String, { nullable: true })
  readonly placeName!: string | null;

  @Field(() => String, { nullable: true })
  readonly address!: string | null;

  @Field(() => DateTime, { nullable: true, description: 'Null for one that never was live.' })
  readonly liveUntil!: number | null;
}

@Shape({ description: 'Who voted for what: `Message.poll`.' })
export class PollContent {
  readonly __typename!: 'PollContent';

  @Field(() => String)
  readonly question!: string;

  @Field(() => [String])
  readonly options!: readonly string[];

  @Field(() => Boolean, { description: 'Whether one may choose several.' })
  readonly multiple!: boolean;

  @Field(() => Boolean, { description: 'Whether all see who voted for what.' })
  readonly votesVisible!: boolean;

  @Field(() => DateTime, { nullable: true })
  readonly closesAt!: number | null;
}

@Shape({ description: '`openViewOnce` shows it, once.' })
export class ViewOnceContent {
  readonly __typename!: 'ViewOnceContent';

  @Field(() => Boolean, { description: 'Whether what `openViewOnce` gives is sealed.' })
  readonly sealed!: boolean;
}

@Shape({
  description:
    'What it said is gone for ever: deleted (`Message.deletedAt`), expired, opened by all of those whom it was for, or its author is no more.',
})
export class ErasedContent {
  readonly __typename!: 'ErasedContent';

  @Field(() => Boolean)
  readonly erased!: boolean;
}

export const MessageContent = createUnionType({
  name: 'MessageContent',
  description: 'Ignore types that you do not know.',
  types: () =>
    [TextContent, SealedContent, ContactContent, LocationContent, PollContent, ViewOnceContent, ErasedContent] as const,
});
export type MessageContent =
  TextContent | SealedContent | ContactContent | LocationContent | PollContent | ViewOnceContent | ErasedContent;
