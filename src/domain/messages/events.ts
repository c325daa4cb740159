import type { SealedField } from '../../platform/keys/seal.js';

/** What a message says. `sealed` is never looked into: opaque bytes, base64. */
export type MessageContent<Text> =
  | { readonly kind: 'text'; readonly text: Text }
  | { readonly kind: 'sealed'; readonly algorithm: string; readonly bytes: string };

/**
 * Author and device are the actor of the metadata; the sequence is the revision.
 * `at`: milliseconds since the epoch, never below the conversation's previous message.
 * `fingerprint`: HMAC of the content under the author's key, base64; tells a repeat from another message under the same client id.
 */
export type MessageEvent = {
  readonly type: 'MessageSent';
  readonly data: {
    readonly clientId: string;
    readonly at: number;
    readonly content: MessageContent<SealedField>;
    readonly fingerprint: string;
  };
};
