import { Field, ID, Int } from 'type-graphql';
import { Message } from '../messages/types.js';
import { PageInfo } from '../kit/paging.js';
import { DateTime } from '../kit/scalars.js';
import { Shape } from '../kit/shape.js';

@Shape({
  description: "How the account keeps one of its chats; nobody else's to know. As a whole: it replaces what was.",
})
export class ChatPreferences {
  @Field(() => ID)
  readonly conversationId!: string;

  @Field(() => Boolean)
  readonly muted!: boolean;

  @Field(() => DateTime, { nullable: true, description: 'Null while muted: for ever.' })
  readonly mutedUntil!: number | string | null;

  @Field(() => Boolean)
  readonly archived!: boolean;

  @Field(() => DateTime, { nullable: true })
  readonly pinnedAt!: number | string | null;

  @Field(() => Boolean)
  readonly markedUnread!: boolean;

  @Field(() => Int, { nullable: true, description: 'Messages up to and with this sequence are out of sight.' })
  readonly clearedTo!: number | null;

  @Field(() => Int, {
    nullable: true,
    description: 'The chat is out of the list until a message comes after this sequence.',
  })
  readonly deletedTo!: number | null;
}

@Shape({ description: 'What was written and not sent.' })
export class Draft {
  @Field(() => String)
  readonly text!: string;

  @Field(() => DateTime)
  readonly savedAt!: number | string;
}

@Shape({ description: "On another of one's own devices, like the four that follow." })
export class ChatPreferencesChanged {
  @Field(() => ChatPreferences)
  readonly preferences!: ChatPreferences;
}

@Shape()
export class MessageStarred {
  @Field(() => ID)
  readonly conversationId!: string;

  @Field(() => Int)
  readonly seq!: number;
}

@Shape()
export class MessageUnstarred {
  @Field(() => ID)
  readonly conversationId!: string;

  @Field(() => Int)
  readonly seq!: number;
}

@Shape({ description: 'The message is to be forgotten; for this account only.' })
export class MessageHidden {
  @Field(() => ID)
  readonly conversationId!: string;

  @Field(() => Int)
  readonly seq!: number;
}

@Shape()
export class DraftChanged {
  @Field(() => ID)
  readonly conversationId!: string;

  @Field(() => Draft, { nullable: true, description: 'Null: there is none any more.' })
  readonly draft!: Draft | null;
}

@Shape()
export class StarredEdge {
  @Field(() => String)
  readonly cursor!: string;

  @Field(() => Message)
  readonly node!: Message;

  @Field(() => DateTime)
  readonly starredAt!: number;
}

@Shape({ description: 'The last star first.' })
export class StarredConnection {
  @Field(() => [StarredEdge])
  readonly edges!: readonly StarredEdge[];

  @Field(() => PageInfo)
  readonly pageInfo!: PageInfo;
}

@Shape({ description: 'Each chat is counted up to 1,000 messages.' })
export class UnreadTotals {
  @Field(() => Int, { description: 'Chats that have something unread or are marked so, without archived ones.' })
  readonly chats!: number;

  @Field(() => Int, { description: 'In chats that are not archived.' })
  readonly messages!: number;

  @Field(() => Int, { description: 'Of `messages`, those in muted chats.' })
  readonly mutedMessages!: number;

  @Field(() => Int)
  readonly archivedMessages!: number;

  @Field(() => Int, { description: 'Of `messages`, those that mention one, or everyone.' })
  readonly mentions!: number;
}
