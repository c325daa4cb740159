import { createHmac, createSecretKey, hkdfSync } from 'node:crypto';
import type { EventMetadata, NewEvent } from '../../platform/eventStore/port.js';
import type { SubjectKey } from '../../platform/keys/port.js';
import { seal, type SealedField } from '../../platform/keys/seal.js';
import type { MessageContent } from './events.js';

// As key objects: a key of raw bytes costs 10 us at every use.
const fingerprintKeys = new WeakMap<SubjectKey, SubjectKey>();

/** HMAC-SHA-256 of the content under a key derived (HKDF) from the author's, the first 16 bytes in base64. */
export function fingerprint(key: SubjectKey, content: MessageContent<string>): string {
  let derived = fingerprintKeys.get(key);
  if (derived === undefined) {
    derived = createSecretKey(
      Buffer.from(hkdfSync('sha256', key.export(), Buffer.alloc(0), 'message fingerprint', 32)),
    );
    fingerprintKeys.set(key, derived);
  }
  const hmac = createHmac('sha256', derived);
  if (content.kind === 'text') hmac.update('text\0').update(content.text);
  else if (content.kind !== 'sealed') hmac.update(`${content.kind}\0`).update(JSON.stringify(content));
  else hmac.update(`sealed\0${content.algorithm}\0`).update(content.bytes);
  return hmac.digest().toString('base64', 0, 16);
}

export interface Draft {
  readonly id: string;
  readonly clientId: string;
  readonly account: string;
  readonly content: MessageContent<string>;
  readonly fingerprint: string;
  readonly metadata: EventMetadata;
}

export function sealedMessage(draft: Draft, key: SubjectKey, at: number): NewEvent {
  const { id, clientId, content } = draft;
  const ref = { subject: draft.account, scope: 'account' };
  const sealedAt = (field: string, text: string): SealedField =>
    seal(key, ref, `${id}|MessageSent|content.${field}`, text);
  const sealed = sealContent(content, sealedAt);
  return {
    id,
    type: 'MessageSent',
    data: { clientId, at, content: sealed, fingerprint: draft.fingerprint },
    metadata: draft.metadata,
  };
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
