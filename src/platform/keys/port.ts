/**
 * Keys under which personal fields of events are sealed.
 *
 * A key is made by insert-if-absent and is durable before `ensure` answers. Destroying a key is a fact in the log first
 * (`KeyDestroyed` in `account-<subject>`), then a deletion here; a key that is missing without that fact is a fault.
 * Not promised: that another node's cache forgets a destroyed key sooner than 5 s.
 */

/** Names a key: its subject (an account id) and its scope (`account`, or `conversation:<id>:<bucket>` later). */
export interface KeyRef {
  readonly subject: string;
  readonly scope: string;
}

/** 32 bytes for AES-256-GCM, as a node:crypto secret KeyObject. */
export type SubjectKey = import('node:crypto').KeyObject;

export interface KeyStore {
  /** The key, made when it is absent. Synchronous when it is cached. @throws KeyDestroyedError when it was destroyed. */
  ensure(ref: KeyRef): SubjectKey | Promise<SubjectKey>;
  /** The key if it exists, undefined if it is missing or destroyed. Synchronous when cached. */
  find(ref: KeyRef): SubjectKey | undefined | Promise<SubjectKey | undefined>;
  /** Brings many keys into the cache with one round trip; missing ones are left out. */
  prefetch(refs: readonly KeyRef[]): Promise<void>;
  /** Deletes the key material and remembers that it was destroyed, so that `ensure` never makes it anew. Idempotent. */
  destroy(ref: KeyRef): Promise<void>;
  /** HMAC-SHA-256 under the installation's lookup key, hex; for looking up phones and comparing contents without storing them. */
  hmac(purpose: 'phone' | 'content' | 'otp' | 'token', value: string): string;
}

/** As `ensure`, but undefined for a key that was destroyed. */
export async function ensureUnlessDestroyed(
  keys: Pick<KeyStore, 'ensure'>,
  ref: KeyRef,
): Promise<SubjectKey | undefined> {
  try {
    return await keys.ensure(ref);
  } catch (error) {
    if (error instanceof KeyDestroyedError) return undefined;
    throw error;
  }
}

export class KeyDestroyedError extends Error {
  constructor(readonly ref: KeyRef) {
    super(`the key of scope ${ref.scope} was destroyed`);
    this.name = 'KeyDestroyedError';
  }
}
