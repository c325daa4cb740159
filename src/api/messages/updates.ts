import { Field, ID, Int } from 'type-graphql';
import { DateTime } from '../kit/scalars.js';
import { Shape } from '../kit/shape.js';
import { LocationContent, MessageContent } from './contentTypes.js';
import { LinkPreview } from './previews.js';

@Shape({ description: 'A message as a fact, without what depends on the viewer.' })
export class TimelineMessage {
  @Field(() => ID)
  readonly id!: string;

  @Field(() => Int)
  readonly seq!: number;

  @Field(() => ID)
  readonly conversationId!: string;

  @Field(() => String)
  readonly clientId!: string;

  @Field(() => ID)
  readonly authorId!: string;

  @Field(() => DateTime)
  readonly at!: string;

  @Field(() => MessageContent)
  readonly content!: MessageContent;

  @Field(() => Int, { nullable: true, description: 'The sequence of the message that it answers.' })
  readonly replyTo!: number | null;

  @Field(() => Int)
  readonly forwardHops!: number;

  @Field(() => [ID])
  readonly mentions!: readonly string[];

  @Field(() => Boolean)
  readonly mentionsEveryone!: boolean;

  @Field(() => Boolean)
  readonly viewOnce!: boolean;

  @Field(() => DateTime, { nullable: true })
  readonly expiresAt!: number | null;
}

@Shape()
export class MessageAdded {
  @Field(() => ID)
  readonly conversationId!: string;

  @Field(() => TimelineMessage)
  readonly message!: TimelineMessage;
}

@Shape()
abstract class BesideMessage {
  @Field(() => ID)
  readonly conversationId!: string;

  @Field(() => Int, { description: 'Its own place in the conversation.' })
  readonly seq!: number;

  @Field(() => Int, { description: 'The place of the message that it is about.' })
  readonly targetSeq!: number;

  @Field(() => DateTime)
  readonly at!: string;
}

@Shape()
abstract class AboutMessage extends BesideMessage {
  @Field(() => ID, { description: 'Who did it.' })
  readonly accountId!: string;
}

@Shape({ description: 'docs/protocol/edits.md' })
export class MessageEdited extends AboutMessage {
  @Field(() => String, { nullable: true, description: 'Null: what it said is gone since.' })
  readonly text!: string | null;

  @Field(() => [ID])
  readonly mentions!: readonly string[];

  @Field(() => Boolean)
  readonly mentionsEveryone!: boolean;
}

@Shape({ description: 'Forget what it said: docs/protocol/deletions.md.' })
export class MessageDeleted extends AboutMessage {}

@Shape()
export class ReactionChanged extends AboutMessage {
  @Field(() => String, { nullable: true, description: 'In the place of the one before; null: taken back.' })
  readonly emoji!: string | null;
}

@Shape()
export class PinChanged extends AboutMessage {
  @Field(() => Boolean)
  readonly pinned!: boolean;
}

@Shape({ description: 'A vote, or the end of a poll before its time. Ask for `Message.poll` for how it stands.' })
export class PollChanged extends BesideMessage {
  @Field(() => ID, { nullable: true, description: 'Null when votes are not visible.' })
  readonly byAccountId!: string | null;

  @Field(() => [Int], {
    nullable: true,
    description: 'In the place of the vote before; null when votes are not visible.',
  })
  readonly options!: readonly number[] | null;

  @Field(() => Boolean)
  readonly closed!: boolean;
}

@Shape({ description: 'A live location moved, or ended. After an absence only the newest place comes.' })
export class LocationChanged extends AboutMessage {
  @Field(() => LocationContent, { nullable: true, description: 'Its `liveUntil` is that of the message.' })
  readonly place!: LocationContent | null;

  @Field(() => Boolean)
  readonly ended!: boolean;
}

@Shape({ description: 'What the message links to, until an edit comes: that takes it away.' })
export class LinkPreviewAdded extends BesideMessage {
  @Field(() => LinkPreview)
  readonly linkPreview!: LinkPreview;
}

@Shape({ description: '`accountId` has opened it.' })
export class ViewOnceOpened extends AboutMessage {}

export const MESSAGE_UPDATES = [
  MessageAdded,
  MessageEdited,
  MessageDeleted,
  ReactionChanged,
  PinChanged,
  PollChanged,
  LocationChanged,
  ViewOnceOpened,
  LinkPreviewAdded,
] as const;
