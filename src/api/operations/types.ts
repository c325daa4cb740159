import { createUnionType, Field, ID, Int } from 'type-graphql';
import { COMMUNITY_UPDATES } from '../communities/updates.js';
import { RELATION_UPDATES } from '../contacts/updates.js';
import { GROUP_UPDATES } from '../groups/updates.js';
import { MESSAGE_UPDATES } from '../messages/updates.js';
import {
  ChatPreferencesChanged,
  DraftChanged,
  MessageHidden,
  MessageStarred,
  MessageUnstarred,
} from '../preferences/types.js';
import { ScheduledMessageChanged } from '../preferences/scheduledTypes.js';
import { Cursor, DateTime } from '../kit/scalars.js';
import { Shape } from '../kit/shape.js';

/** What subscriptions carry. None of it depends on who looks: one payload is made for all subscribers (DESIGN 4). */
@Shape({
  description: 'A device has everything up to these sequences; null: as before. Take the larger of old and new.',
})
export class ReceiptAdvanced {
  @Field(() => ID)
  readonly conversationId!: string;

  @Field(() => ID)
  readonly accountId!: string;

  @Field(() => ID)
  readonly deviceId!: string;

  @Field(() => Int, { nullable: true })
  readonly deliveredUpTo!: number | null;

  @Field(() => Int, { nullable: true })
  readonly readUpTo!: number | null;
}

@Shape({
  description:
    'Every other member of the group has everything up to these sequences. Who has what, and since when, is a query.',
})
export class GroupReceiptAdvanced {
  @Field(() => ID)
  readonly conversationId!: string;

  @Field(() => Int)
  readonly everyoneHas!: number;

  @Field(() => Int)
  readonly everyoneRead!: number;
}

@Shape({ description: 'The account is now a member of it.' })
export class ConversationAdded {
  @Field(() => ID)
  readonly conversationId!: string;

  @Field(() => [ID])
  readonly memberIds!: readonly string[];
}

@Shape({ description: 'The account follows the channel now, or does not any more.' })
export class ChannelFollowUpdate {
  @Field(() => ID)
  readonly conversationId!: string;

  @Field(() => Boolean)
  readonly following!: boolean;
}

@Shape({ description: 'For what is sent from now on; null: it stays.' })
export class TimerChanged {
  @Field(() => ID)
  readonly conversationId!: string;

  @Field(() => Int)
  readonly seq!: number;

  @Field(() => ID)
  readonly accountId!: string;

  @Field(() => DateTime)
  readonly at!: string;

  @Field(() => Int, { nullable: true })
  readonly seconds!: number | null;
}

@Shape({ description: 'Their time is over: forget what they said.' })
export class MessagesExpired {
  @Field(() => ID)
  readonly conversationId!: string;

  @Field(() => Int)
  readonly seq!: number;

  @Field(() => [Int])
  readonly targetSeqs!: readonly number[];
}

@Shape({ description: "Of one's own broadcast list." })
export class RecipientsChangedUpdate {
  @Field(() => ID)
  readonly conversationId!: string;

  @Field(() => [ID])
  readonly addedIds!: readonly string[];

  @Field(() => [ID])
  readonly removedIds!: readonly string[];
}

@Shape()
export class ProfileUpdatedUpdate {
  @Field(() => ID)
  readonly accountId!: string;

  @Field(() => String, { nullable: true })
  readonly name!: string | null;

  @Field(() => String, { nullable: true })
  readonly about!: string | null;

  @Field(() => String, { nullable: true })
  readonly avatar!: string | null;
}

@Shape()
export class DeviceLinkedUpdate {
  @Field(() => ID)
  readonly deviceId!: string;

  @Field(() => String, { nullable: true })
  readonly name!: string | null;
}

@Shape()
export class DeviceRevokedUpdate {
  @Field(() => ID)
  readonly deviceId!: string;
}

@Shape({ description: 'No news: it moves the cursor.' })
export class CursorAdvanced {
  @Field(() => DateTime)
  readonly at!: string;
}

export const Update = createUnionType({
  name: 'Update',
  description: 'Ignore types that you do not know, and still store the cursor.',
  types: () =>
    [
      ...MESSAGE_UPDATES,
      ReceiptAdvanced,
      GroupReceiptAdvanced,
      ...GROUP_UPDATES,
      ...COMMUNITY_UPDATES,
      ConversationAdded,
      RecipientsChangedUpdate,
      ChannelFollowUpdate,
      TimerChanged,
      MessagesExpired,
      ProfileUpdatedUpdate,
      DeviceLinkedUpdate,
      DeviceRevokedUpdate,
      ChatPreferencesChanged,
      MessageStarred,
      MessageUnstarred,
      MessageHidden,
      DraftChanged,
      ScheduledMessageChanged,
      ...RELATION_UPDATES,
      CursorAdvanced,
    ] as const,
});

@Shape({ description: 'Store the cursor with the update, in one step: docs/protocol/updates.md.' })
export class UpdateEnvelope {
  @Field(() => Cursor)
  readonly cursor!: string;

  @Field(() => Update)
  readonly update!: object;
}

@Shape({ description: 'What a development server would have sent by SMS.' })
export class OutboxMessage {
  @Field(() => String)
  readonly to!: string;

  @Field(() => String)
  readonly body!: string;

  @Field(() => String, { nullable: true })
  readonly code!: string | null;

  @Field(() => DateTime)
  readonly at!: number;
}
