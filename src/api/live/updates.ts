import type { LocationContent, MessageContent } from '../messages/contentTypes.js';
import type { LinkPreview } from '../messages/previews.js';
import type { GroupUpdateValue } from './groupUpdates.js';
import type { CommunityUpdateValue } from '../communities/updates.js';
import type { RelationUpdateValue } from '../contacts/updates.js';
import type { PreferenceUpdateValue } from '../preferences/updates.js';

/** What an `Update` is on the wire: ids encoded, instants as text. Resolves from the object alone, for any viewer. */
export type UpdateValue =
  | GroupUpdateValue
  | CommunityUpdateValue
  | MessageAddedValue
  | MessageEditedValue
  | MessageDeletedValue
  | ReactionChangedValue
  | PinChangedValue
  | PollChangedValue
  | LocationChangedValue
  | ViewOnceOpenedValue
  | LinkPreviewAddedValue
  | ReceiptAdvancedValue
  | GroupReceiptAdvancedValue
  | ConversationAddedValue
  | ProfileUpdatedValue
  | DeviceLinkedValue
  | DeviceRevokedValue
  | RecipientsChangedValue
  | PreferenceUpdateValue
  | ChannelFollowValue
  | TimerChangedValue
  | MessagesExpiredValue
  | RelationUpdateValue
  | CursorAdvancedValue;

export interface MessageAddedValue {
  readonly __typename: 'MessageAdded';
  readonly conversationId: string;
  readonly message: TimelineMessageValue;
}

export interface TimelineMessageValue {
  readonly id: string;
  readonly seq: number;
  readonly conversationId: string;
  readonly clientId: string;
  readonly authorId: string;
  readonly at: string;
  readonly content: MessageContent;
  readonly replyTo: number | null;
  readonly forwardHops: number;
  readonly mentions: readonly string[];
  readonly mentionsEveryone: boolean;
  readonly viewOnce: boolean;
  readonly expiresAt: number | null;
}

/** What all updates about a message have. */
interface AboutMessage {
  readonly conversationId: string;
  readonly seq: number;
  readonly targetSeq: number;
  readonly accountId: string;
  readonly at: string;
}

export interface MessageEditedValue extends AboutMessage {
  readonly __typename: 'MessageEdited';
  readonly text: string | null;
  readonly mentions: readonly string[];
  readonly mentionsEveryone: boolean;
}

export interface MessageDeletedValue extends AboutMessage {
  readonly __typename: 'MessageDeleted';
}

export interface LinkPreviewAddedValue extends Omit<AboutMessage, 'accountId'> {
  readonly __typename: 'LinkPreviewAdded';
  readonly linkPreview: LinkPreview;
}

export interface ReactionChangedValue extends AboutMessage {
  readonly __typename: 'ReactionChanged';
  readonly emoji: string | null;
}

export interface PinChangedValue extends AboutMessage {
  readonly __typename: 'PinChanged';
  readonly pinned: boolean;
}

export interface PollChangedValue extends Omit<AboutMessage, 'accountId'> {
  readonly __typename: 'PollChanged';
  readonly byAccountId: string | null;
  readonly options: readonly number[] | null;
  readonly closed: boolean;
}

export interface LocationChangedValue extends AboutMessage {
  readonly __typename: 'LocationChanged';
  readonly place: LocationContent | null;
  readonly ended: boolean;
}

export interface ViewOnceOpenedValue extends AboutMessage {
  readonly __typename: 'ViewOnceOpened';
}

export interface ReceiptAdvancedValue {
  readonly __typename: 'ReceiptAdvanced';
  readonly conversationId: string;
  readonly accountId: string;
  readonly deviceId: string;
  readonly deliveredUpTo: number | null;
  readonly readUpTo: number | null;
}

export interface GroupReceiptAdvancedValue {
  readonly __typename: 'GroupReceiptAdvanced';
  readonly conversationId: string;
  readonly everyoneHas: number;
  readonly everyoneRead: number;
}

export interface ConversationAddedValue {
  readonly __typename: 'ConversationAdded';
  readonly conversationId: string;
  readonly memberIds: readonly string[];
}

/** To the follower's own devices. */
export interface ChannelFollowValue {
  readonly __typename: 'ChannelFollowUpdate';
  readonly conversationId: string;
  readonly following: boolean;
}

export interface TimerChangedValue {
  readonly __typename: 'TimerChanged';
  readonly conversationId: string;
  readonly seq: number;
  readonly accountId: string;
  readonly at: string;
  readonly seconds: number | null;
}

export interface MessagesExpiredValue {
  readonly __typename: 'MessagesExpired';
  readonly conversationId: string;
  readonly seq: number;
  readonly targetSeqs: readonly number[];
}

/** Of a broadcast list, to its author. */
export interface RecipientsChangedValue {
  readonly __typename: 'RecipientsChangedUpdate';
  readonly conversationId: string;
  readonly addedIds: readonly string[];
  readonly removedIds: readonly string[];
}

/** The whole profile as it is after the change. */
export interface ProfileUpdatedValue {
  readonly __typename: 'ProfileUpdatedUpdate';
  readonly accountId: string;
  readonly name: string | null;
  readonly about: string | null;
  readonly avatar: string | null;
}

export interface DeviceLinkedValue {
  readonly __typename: 'DeviceLinkedUpdate';
  readonly deviceId: string;
  readonly name: string | null;
}

export interface DeviceRevokedValue {
  readonly __typename: 'DeviceRevokedUpdate';
  readonly deviceId: string;
}

export interface CursorAdvancedValue {
  readonly __typename: 'CursorAdvanced';
  readonly at: string;
}
