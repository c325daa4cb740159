/**
 * Access tokens: signed, short-lived, verified without a look-up.
 * Not promised: that a token of a revoked device fails here; that is the device's status, asked separately.
 */
export interface AccessTokens {
  issue(subject: TokenSubject): Promise<IssuedToken>;
  /** Synchronous when this process has issued or verified the token before. Never throws for a bad token. */
  verify(token: string): Verification | Promise<Verification>;
}

export interface TokenSubject {
  readonly accountId: string;
  readonly deviceId: string;
}

export interface IssuedToken {
  readonly token: string;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
}

export type Verification =
  | { readonly ok: true; readonly accountId: string; readonly deviceId: string; readonly expiresAt: number }
  | { readonly ok: false; readonly reason: 'expired' | 'invalid' };

/** Wraps secrets under the master key; the context is authenticated with them. Given by the keys adapter. */
export interface KeyWrap {
  wrap(bytes: Uint8Array, context: string): Buffer;
  /** @throws when the master key or the context is another. */
  unwrap(wrapped: Uint8Array, context: string): Buffer;
}
