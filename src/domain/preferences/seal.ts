import { createHmac, hkdfSync } from 'node:crypto';
import type { EventMetadata, NewEvent } from '../../platform/eventStore/port.js';
import type { SubjectKey } from '../../platform/keys/port.js';
import { seal, sealAad, type SealedField } from '../../platform/keys/seal.js';
import type { PreferenceEvent } from './events.js';

/** HMAC-SHA-256 of a text under a key derived (HKDF) from its account's, the first 16 bytes in base64. */
export function fingerprintOf(key: SubjectKey, what: 'draft' | 'scheduled message', text: string): string {
  const derived = Buffer.from(hkdfSync('sha256', key.export(), Buffer.alloc(0), `${what} fingerprint`, 32));
  return createHmac('sha256', derived).update(text).digest().toString('base64', 0, 16);
}

export interface SealContext {
  readonly id: string;
  readonly accountId: string;
  readonly metadata: EventMetadata;
}

/** @param key of the account; only for an event with something to seal. */
export function sealedPreference(
  event: PreferenceEvent<string>,
  key: SubjectKey | undefined,
  { id, accountId, metadata }: SealContext,
): NewEvent {
  const sealed = (field: string, text: string): SealedField => {
    if (key === undefined) throw new Error('a text without a key to seal it under');
    return seal(key, { subject: accountId, scope: 'account' }, sealAad(id, event.type, field), text);
  };
  if (event.type === 'DraftSaved' && event.data.text !== null)
    return { id, type: event.type, data: { ...event.data, text: sealed('text', event.data.text) }, metadata };
  if (event.type === 'MessageScheduled' && event.data.content.kind === 'text') {
    const content = { kind: 'text', text: sealed('content.text', event.data.content.text) };
    return { id, type: event.type, data: { ...event.data, content }, metadata };
  }
  return { id, ...event, metadata };
}
