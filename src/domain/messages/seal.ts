import { createHmac, createSecretKey, hkdfSync } from 'node:crypto';
import type { EventMetadata, NewEvent } from '../../platform/eventStore/port.js';
import type { KeyRef, SubjectKey } from '../../platform/keys/port.js';
import { seal, type SealedField } from '../../platform/keys/seal.js';
import type { GivenContent } from './contents.js';
import type { Sealing } from './expiring.js';
import type { Mentions, MessageContent, MessageDataOf } from './events.js';

// As key objects: a key of raw bytes costs 10 us at every use.
const fingerprintKeys = new WeakMap<SubjectKey, SubjectKey>();

/** What a send has beside its content, as it was asked for; nothing in a plain message. */
export interface Asides {
  /** The id of the message that it answers. */
  readonly replyTo?: string;
  readonly mentions?: Mentions;
  readonly viewOnce?: true;
  /** The id of the message that it is forwarded from. */
  readonly forwarded?: string;
}

/**
 * HMAC-SHA-256 of what was asked to be sent under a key derived (HKDF) from the author's, the first 16 bytes in base64. A
 * forwarded message is known by what it was forwarded from: that may change before a repeat.
 */
export function fingerprint(key: SubjectKey, content: GivenContent | undefined, asides?: Asides): string {
  let derived = fingerprintKeys.get(key);
  if (derived === undefined) {
    derived = createSecretKey(
      Buffer.from(hkdfSync('sha256', key.export(), Buffer.alloc(0), 'message fingerprint', 32)),
    );
    fingerprintKeys.set(key, derived);
  }
  const hmac = createHmac('sha256', derived);
  if (content === undefined) hmac.update('forwarded');
  else if (content.kind === 'text') hmac.update(`text\0${content.text}`);
  else if (content.kind !== 'sealed') hmac.update(`${content.kind}\0`).update(JSON.stringify(content));
  else hmac.update(`sealed\0${content.algorithm}\0`).update(content.bytes);
  if (asides !== undefined) hmac.update('\0').update(JSON.stringify(asides));
  return hmac.digest().toString('base64', 0, 16);
}

export interface Draft {
  readonly id: string;
  readonly clientId: string;
  readonly account: string;
  /** Under the account's key. */
  readonly fingerprint: string;
  /** The same under another. */
  readonly print: (key: SubjectKey) => string;
  readonly metadata: EventMetadata;
}

/** What is in the event beside content and time, in the clear. */
export type InTheClear = Pick<MessageDataOf<'MessageSent'>, 'replyTo' | 'hops' | 'mentions' | 'viewOnce'>;

export function sealedMessage(
  draft: Draft,
  { key, ref, expiresAt }: Sealing,
  at: number,
  content: MessageContent<string>,
  more?: InTheClear,
): NewEvent {
  const { id, clientId } = draft;
  const sealedAt = (field: string, text: string): SealedField =>
    seal(key, ref, `${id}|MessageSent|content.${field}`, text);
  const sealed = sealContent(content, sealedAt);
  return {
    id,
    type: 'MessageSent',
    data: {
      clientId,
      at,
      content: sealed,
      fingerprint: printOf(draft, key, ref, expiresAt),
      ...more,
      ...(expiresAt !== null && { expiresAt }),
    },
    metadata: draft.metadata,
  };
}

/** Of what disappears it goes with the key: the number of its hour comes before it. */
function printOf(draft: Draft, key: SubjectKey, { scope }: KeyRef, expiresAt: number | null): string {
  return expiresAt === null ? draft.fingerprint : `${scope.slice(scope.lastIndexOf(':') + 1)}:${draft.print(key)}`;
}

function sealContent(
  content: MessageContent<string>,
  sealedAt: (field: string, text: string) => SealedField,
): MessageContent<SealedField> {
  switch (content.kind) {
    case 'text':
      return { kind: 'text', text: sealedAt('text', content.text) };
    case 'sealed':
      return content;
    case 'contact':
      return { ...content, card: sealedAt('card', content.card) };
    case 'location':
      return { ...content, place: sealedAt('place', content.place) };
    case 'poll':
      return { ...content, poll: sealedAt('poll', content.poll) };
  }
}

/** At most as many bytes as the sealed content takes. */
export function sizeOf(content: MessageContent<string>): number {
  switch (content.kind) {
    case 'text':
      return content.text.length * 4;
    case 'sealed':
      return content.bytes.length;
    case 'contact':
      return content.card.length * 4;
    case 'location':
      return content.place.length * 4;
    case 'poll':
      return content.poll.length * 4;
  }
}
