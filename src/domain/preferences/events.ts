import type { MessageContent } from '../messages/index.js';

/**
 * Facts of `preferences-<account>`: how one account keeps its chats. Nobody else is told of them. `Text` is a personal
 * field: plain where a decision is made, sealed under the account's key where it is stored.
 */
export type PreferenceEvent<Text> =
  /** `until`: milliseconds since the epoch, null for ever. */
  | { readonly type: 'ChatMuted'; readonly data: OfChat & { readonly until: number | null } }
  | { readonly type: 'ChatUnmuted'; readonly data: OfChat }
  | { readonly type: 'ChatArchived'; readonly data: OfChat }
  | { readonly type: 'ChatUnarchived'; readonly data: OfChat }
  | { readonly type: 'ChatPinned'; readonly data: OfChat }
  | { readonly type: 'ChatUnpinned'; readonly data: OfChat }
  | { readonly type: 'ChatMarkedUnread'; readonly data: OfChat }
  | { readonly type: 'ChatMarkedRead'; readonly data: OfChat }
  /** Everything up to and with this sequence is out of the account's sight. */
  | { readonly type: 'ChatCleared'; readonly data: OfChat & { readonly upTo: number } }
  /** The same, and the chat is out of its lists until something comes after. */
  | { readonly type: 'ChatDeleted'; readonly data: OfChat & { readonly upTo: number } }
  | { readonly type: 'MessageStarred'; readonly data: OfMessage }
  | { readonly type: 'MessageUnstarred'; readonly data: OfMessage }
  | { readonly type: 'MessageHidden'; readonly data: OfMessage }
  /** `fingerprint`: HMAC of the text under the account's key, base64; tells the same draft. Null with the text: there is no draft. */
  | {
      readonly type: 'DraftSaved';
      readonly data: OfChat & { readonly text: Text | null; readonly fingerprint: string | null };
    }
  /** `at`: when it is to be sent, milliseconds since the epoch. `fingerprint`: HMAC of the content under the account's key, base64. */
  | {
      readonly type: 'MessageScheduled';
      readonly data: OfScheduled & {
        readonly clientId: string;
        readonly at: number;
        readonly content: ScheduledContent<Text>;
        readonly fingerprint: string;
      };
    }
  | { readonly type: 'ScheduledMessageCancelled'; readonly data: OfScheduled }
  /** It is being sent: too late to cancel it. */
  | { readonly type: 'ScheduledMessageReleased'; readonly data: OfScheduled }
  | { readonly type: 'ScheduledMessageSent'; readonly data: OfScheduled & { readonly seq: number } }
  | { readonly type: 'ScheduledMessageFailed'; readonly data: OfScheduled & { readonly reason: string } };

export interface OfChat {
  readonly conversationId: string;
}

export interface OfMessage extends OfChat {
  readonly seq: number;
}

export interface OfScheduled extends OfChat {
  readonly scheduledId: string;
}

export type ScheduledContent<Text> = Extract<MessageContent<Text>, { readonly kind: 'text' | 'sealed' }>;

/** The types that change a chat's preferences as other devices are told of them: all of them, beside the draft. */
export const CHAT_EVENTS = [
  'ChatMuted',
  'ChatUnmuted',
  'ChatArchived',
  'ChatUnarchived',
  'ChatPinned',
  'ChatUnpinned',
  'ChatMarkedUnread',
  'ChatMarkedRead',
  'ChatCleared',
  'ChatDeleted',
] as const satisfies readonly PreferenceEvent<unknown>['type'][];

export const SCHEDULE_EVENTS = [
  'MessageScheduled',
  'ScheduledMessageCancelled',
  'ScheduledMessageReleased',
  'ScheduledMessageSent',
  'ScheduledMessageFailed',
] as const satisfies readonly PreferenceEvent<unknown>['type'][];
