import { createCipheriv, createDecipheriv, randomFillSync } from 'node:crypto';
import type { KeyRef, SubjectKey } from './port.js';

/** A personal field as it stands in an event: unreadable once its key is destroyed. */
export interface SealedField {
  /** `<subject>|<scope>` of the key. */
  readonly k: string;
  /** base64 of the 12-byte nonce. */
  readonly n: string;
  /** base64 of ciphertext and 16-byte tag. */
  readonly c: string;
}

export type Sealed = SealedField;

const algorithm = 'aes-256-gcm';
const nonceLength = 12;
const tagLength = 16;

/** Binds a sealed field to its place, so that it cannot be moved to another event or field. */
export function sealAad(eventId: string, type: string, field: string): string {
  return `${eventId}|${type}|${field}`;
}

// Random bytes are drawn for many nonces at once: a draw costs as much as half a sealing.
const nonces = Buffer.alloc(nonceLength * 512);
let used = nonces.length;

/** Valid until the next call. */
function freshNonce(): Buffer {
  if (used === nonces.length) {
    randomFillSync(nonces);
    used = 0;
  }
  return nonces.subarray(used, (used += nonceLength));
}

/** A field that this process sealed itself. Its own events come back to it through the log: those need no opening. */
class OwnField implements SealedField {
  readonly #own: { readonly key: SubjectKey; readonly aad: string; readonly plaintext: string };

  constructor(
    readonly k: string,
    readonly n: string,
    readonly c: string,
    own: { readonly key: SubjectKey; readonly aad: string; readonly plaintext: string },
  ) {
    this.#own = own;
  }

  /** The plaintext, to whoever has the key and the place; undefined for what others sealed. */
  static plaintext(sealed: SealedField, key: SubjectKey, aad: string): string | undefined {
    if (!(#own in sealed)) return undefined;
    const own = sealed.#own;
    return own.key === key && own.aad === aad ? own.plaintext : undefined;
  }
}

/** Seals under a fresh random nonce: 2^32 fields a key is the limit, far above what one account writes. */
export function seal(key: SubjectKey, ref: KeyRef, aad: string, plaintext: string): SealedField {
  const nonce = freshNonce();
  const cipher = createCipheriv(algorithm, key, nonce, { authTagLength: tagLength });
  cipher.setAAD(Buffer.from(aad, 'utf8'));
  const sealed = Buffer.concat([cipher.update(plaintext, 'utf8'), cipher.final(), cipher.getAuthTag()]);
  return new OwnField(formatKeyRef(ref), nonce.toString('base64'), sealed.toString('base64'), { key, aad, plaintext });
}

/** @throws SealBrokenError when the key, the place or the bytes are not those of the sealing. */
export function open(key: SubjectKey, aad: string, sealed: SealedField): string {
  const own = OwnField.plaintext(sealed, key, aad);
  if (own !== undefined) return own;
  const nonce = Buffer.from(sealed.n, 'base64');
  const bytes = Buffer.from(sealed.c, 'base64');
  if (nonce.length !== nonceLength || bytes.length < tagLength) throw new SealBrokenError();
  const decipher = createDecipheriv(algorithm, key, nonce, { authTagLength: tagLength });
  decipher.setAAD(Buffer.from(aad, 'utf8'));
  decipher.setAuthTag(bytes.subarray(bytes.length - tagLength));
  const start = decipher.update(bytes.subarray(0, bytes.length - tagLength));
  try {
    return Buffer.concat([start, decipher.final()]).toString('utf8');
  } catch (cause) {
    throw new SealBrokenError({ cause });
  }
}

/** The key that a sealed field names. */
export function keyRefOf(sealed: SealedField): KeyRef {
  return parseKeyRef(sealed.k);
}

/** The inverse of formatKeyRef; a subject has no bar. */
export function parseKeyRef(text: string): KeyRef {
  const bar = text.indexOf('|');
  if (bar < 1) throw new SealBrokenError();
  return { subject: text.slice(0, bar), scope: text.slice(bar + 1) };
}

export function formatKeyRef(ref: KeyRef): string {
  return `${ref.subject}|${ref.scope}`;
}

export class SealBrokenError extends Error {
  constructor(options?: ErrorOptions) {
    super('a sealed field does not open', options);
    this.name = 'SealBrokenError';
  }
}
