import { createHmac, createSecretKey, hkdfSync } from 'node:crypto';
import type { EventMetadata, NewEvent } from '../../platform/eventStore/port.js';
import type { SubjectKey } from '../../platform/keys/port.js';
import { seal, sealAad } from '../../platform/keys/seal.js';
import type { ContactEvent } from './events.js';

/** HMAC-SHA-256 of names under a key derived (HKDF) from the owner's, the first 16 bytes in base64. */
export function nameFingerprints(key: SubjectKey): (name: string) => string {
  const derived = createSecretKey(
    Buffer.from(hkdfSync('sha256', key.export(), Buffer.alloc(0), 'contact fingerprint', 32)),
  );
  return (name) => createHmac('sha256', derived).update(name).digest().toString('base64', 0, 16);
}

export function sealedContactEvent(
  event: ContactEvent<string>,
  { id, owner, key, metadata }: { id: string; owner: string; key: SubjectKey; metadata: EventMetadata },
): NewEvent {
  if (event.type !== 'ContactSaved') return { id, ...event, metadata };
  const sealed = (field: 'phone' | 'name'): unknown =>
    seal(key, { subject: owner, scope: 'account' }, sealAad(id, event.type, field), event.data[field]);
  const { phoneHmac, fingerprint } = event.data;
  const data = { phoneHmac, phone: sealed('phone'), name: sealed('name'), fingerprint };
  return { id, type: event.type, data, metadata };
}
