import type { Said } from '../../projections/timeline/timeline.queries.js';
import { Field, ID, Int, registerEnumType } from 'type-graphql';
import { PageInfo } from '../kit/paging.js';
import { DateTime } from '../kit/scalars.js';
import { Shape } from '../kit/shape.js';
import { MessageContent } from './contentTypes.js';

export const MessageStatus = { SENT: 'SENT', DELIVERED: 'DELIVERED', READ: 'READ' } as const;
export type MessageStatus = keyof typeof MessageStatus;
registerEnumType(MessageStatus, {
  name: 'MessageStatus',
  description:
    'DELIVERED: every other member who was there when it was sent, and still is, has it on some device. READ: each has read it.',
});

@Shape({ description: 'How often an emoji was given to a message.' })
export class ReactionCount {
  @Field(() => String)
  readonly emoji!: string;

  @Field(() => Int)
  readonly count!: number;

  @Field(() => Boolean, { description: "Whether it is the caller's." })
  readonly mine!: boolean;

  @Field(() => [ID], { description: 'Who gave it, the newest 100, the newest first.' })
  readonly accountIds!: readonly string[];
}

@Shape({ description: 'The message that another answers, as it is now.' })
export class Quote {
  @Field(() => ID)
  readonly messageId!: string;

  @Field(() => Int)
  readonly seq!: number;

  @Field(() => ID)
  readonly authorId!: string;

  @Field(() => String, {
    nullable: true,
    description: 'The first 160 characters of what can be quoted as text; null for what cannot, or is gone.',
  })
  readonly excerpt!: string | null;
}

@Shape()
export class PollVote {
  @Field(() => ID)
  readonly accountId!: string;

  @Field(() => [Int])
  readonly options!: readonly number[];
}

@Shape({ description: 'How a poll stands.' })
export class PollResult {
  @Field(() => [Int], { description: 'By option, how many chose it.' })
  readonly counts!: readonly number[];

  @Field(() => Int)
  readonly voters!: number;

  @Field(() => [Int], { description: 'What the caller chose.' })
  readonly mine!: readonly number[];

  @Field(() => [PollVote], { description: 'The newest 100, the newest first; none when votes are not visible.' })
  readonly votes!: readonly PollVote[];

  @Field(() => DateTime, { nullable: true, description: 'When it was closed; null while it is open.' })
  readonly closedAt!: number | null;
}

@Shape({ description: 'What a message said from some time on.' })
export class MessageVersion {
  @Field(() => String)
  readonly text!: string;

  @Field(() => DateTime)
  readonly at!: number;
}

@Shape()
export class Message {
  @Field(() => ID)
  readonly id!: string;

  @Field(() => Int, { description: 'Its place in the conversation, without holes.' })
  readonly seq!: number;

  @Field(() => ID)
  readonly conversationId!: string;

  @Field(() => String, { description: 'What the author called it in `sendMessage`.' })
  readonly clientId!: string;

  @Field(() => ID)
  readonly authorId!: string;

  @Field(() => DateTime)
  readonly at!: number;

  @Field(() => MessageContent)
  readonly content!: MessageContent;

  @Field(() => DateTime, { nullable: true, description: 'When it was last edited: `editHistory`.' })
  readonly editedAt!: number | null;

  @Field(() => DateTime, { nullable: true, description: 'When it was deleted, for everyone.' })
  readonly deletedAt!: number | null;

  @Field(() => ID, { nullable: true, description: 'Its author, or an admin.' })
  readonly deletedBy!: string | null;

  @Field(() => Boolean, { description: '`openViewOnce` shows what it says, once.' })
  readonly viewOnce!: boolean;

  @Field(() => Int, { description: 'How often it was forwarded on its way here.' })
  readonly forwardHops!: number;

  @Field(() => [ID], { description: 'Who is mentioned by name.' })
  readonly mentions!: readonly string[];

  @Field(() => Boolean)
  readonly mentionsEveryone!: boolean;

  @Field(() => DateTime, { nullable: true, description: 'When it disappears.' })
  readonly expiresAt!: number | null;

  /** The plain ids, for the resolvers. */
  readonly conversationUuid!: string;
  readonly authorUuid!: string;
  readonly withheld!: boolean;
  readonly replyTo!: number | null;
  readonly said!: Said;
}

@Shape()
export class MessageEdge {
  @Field(() => String)
  readonly cursor!: string;

  @Field(() => Message)
  readonly node!: Message;
}

@Shape({ description: 'In chronological order, whichever way it is paged.' })
export class MessageConnection {
  @Field(() => [MessageEdge])
  readonly edges!: readonly MessageEdge[];

  @Field(() => PageInfo)
  readonly pageInfo!: PageInfo;
}

@Shape()
export class PinnedMessage {
  @Field(() => Message)
  readonly message!: Message;

  @Field(() => ID)
  readonly pinnedBy!: string;

  @Field(() => DateTime)
  readonly pinnedAt!: number;
}
