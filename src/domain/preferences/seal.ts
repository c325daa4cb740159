import { createHmac, hkdfSync } from 'node:crypto';
import type { EventMetadata, NewEvent } from '../../platform/eventStore/port.js';
import type { SubjectKey } from '../../platform/keys/port.js';
import { seal, sealAad } from '../../platform/keys/seal.js';
import type { PreferenceEvent } from './events.js';

/** HMAC-SHA-256 of a draft under a key derived (HKDF) from its account's, the first 16 bytes in base64. */
export function draftFingerprint(key: SubjectKey, text: string): string {
  const derived = Buffer.from(hkdfSync('sha256', key.export(), Buffer.alloc(0), 'draft fingerprint', 32));
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
  if (event.type !== 'DraftSaved' || event.data.text === null) return { id, ...event, metadata };
  if (key === undefined) throw new Error('a draft without a key to seal it under');
  const ref = { subject: accountId, scope: 'account' };
  const text = seal(key, ref, sealAad(id, event.type, 'text'), event.data.text);
  return { id, type: event.type, data: { ...event.data, text }, metadata };
}
