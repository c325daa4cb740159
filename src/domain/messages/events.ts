import type { SealedField } from '../../platform/keys/seal.js';

/**
 * What a message says. `sealed` is never looked into: opaque bytes, base64. What is particular to a contact card, a
 * location or a poll is JSON in one text, so that one seal covers it.
 */
export type MessageContent<Text> =
  | { readonly kind: 'text'; readonly text: Text }
  | { readonly kind: 'sealed'; readonly algorithm: string; readonly bytes: string }
  /** `card`: { name, phones: [E.164 or as written], accountId? } */
  | { readonly kind: 'contact'; readonly card: Text }
  /** `place`: { latitude, longitude (degrees), accuracyMetres?, name?, address? }; `liveUntil`: milliseconds since the epoch. */
  | { readonly kind: 'location'; readonly place: Text; readonly liveUntil?: number }
  /** `poll`: { question, options: [text] } */
  | {
      readonly kind: 'poll';
      readonly poll: Text;
      readonly options: number;
      readonly multiple: boolean;
      readonly votesVisible: boolean;
      readonly closesAt?: number;
    };

export type Mentions = 'everyone' | readonly string[];

/** `target`: the sequence of the message that an event is about. `withheld`: nobody but its actor ever hears of it. */
interface About {
  readonly target: number;
  readonly withheld?: true;
}

/** Author and device are the actor of the metadata; the sequence is the revision. */
export type MessageEvent<Text = SealedField> =
  | {
      readonly type: 'MessageSent';
      readonly data: {
        readonly clientId: string;
        /** Milliseconds since the epoch, never below the conversation's previous message. */
        readonly at: number;
        readonly content: MessageContent<Text>;
        /** HMAC of the content under the author's key, base64; tells a repeat from another message under the same client id. */
        readonly fingerprint: string;
        readonly replyTo?: number;
        /** How often it had been forwarded; absent for what its author wrote. */
        readonly hops?: number;
        readonly mentions?: Mentions;
        readonly viewOnce?: true;
        /** When it disappears, milliseconds since the epoch. */
        readonly expiresAt?: number;
        /** Nobody but its author ever sees it: one of the two had blocked the other. */
        readonly withheld?: true;
      };
    }
  | {
      readonly type: 'MessageEdited';
      readonly data: About & { readonly text: Text; readonly mentions?: Mentions };
    }
  | { readonly type: 'MessageDeleted'; readonly data: About }
  /** `emoji` null: taken back. */
  | { readonly type: 'ReactionChanged'; readonly data: About & { readonly emoji: string | null } }
  | { readonly type: 'MessagePinned'; readonly data: About }
  | { readonly type: 'MessageUnpinned'; readonly data: About }
  /** Indexes of the options; none: taken back. `secret`: who voted for what is nobody's to know. */
  | {
      readonly type: 'PollVoted';
      readonly data: About & { readonly options: readonly number[]; readonly secret?: true };
    }
  | { readonly type: 'PollClosed'; readonly data: About }
  | { readonly type: 'LocationUpdated'; readonly data: About & { readonly place: Text } }
  | { readonly type: 'LocationEnded'; readonly data: About }
  /** `everyone`: all who may see it have opened it now. */
  | { readonly type: 'ViewOnceOpened'; readonly data: About & { readonly everyone?: true } }
  /** Of the link in what the message says then. `preview`: JSON { url, title, description?, siteName? }, sealed like the message. */
  | { readonly type: 'LinkPreviewAdded'; readonly data: About & { readonly preview: Text } }
  /** The time of these messages is over: their contents are gone from the read models, and their keys from the key store. */
  | { readonly type: 'MessagesExpired'; readonly data: { readonly targets: readonly number[] } };

export type MessageEventType = MessageEvent['type'];
export type MessageDataOf<T extends MessageEventType> = Extract<MessageEvent, { type: T }>['data'];
