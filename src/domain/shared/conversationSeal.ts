import type { KeyRef, SubjectKey } from '../../platform/keys/port.js';
import { seal, sealAad, type SealedField } from '../../platform/keys/seal.js';

/** What a conversation is called belongs to nobody in it: it is sealed under a key of the conversation's own. */
export function conversationKeyRef(conversationId: string): KeyRef {
  return { subject: conversationId, scope: 'conversation' };
}

/** Seals a field of an event whose id is known. */
export type FieldSealer = (field: string, text: string) => SealedField;

/** Seals fields of the event that will have this id. */
export function conversationSealer(
  key: SubjectKey,
  conversationId: string,
  event: { readonly id: string; readonly type: string },
): FieldSealer {
  const ref = conversationKeyRef(conversationId);
  return (field, text) => seal(key, ref, sealAad(event.id, event.type, field), text);
}
