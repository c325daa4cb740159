/**
 * The chain of a device's refresh tokens. Tokens are known by their hashes alone (hex).
 *
 * `current` has more than one token when an answer was lost and the predecessor asked again: whichever of them is used
 * first goes on, and the others are old from then on.
 */
export interface Session {
  readonly accountId: string;
  readonly deviceId: string;
  readonly current: readonly string[];
  readonly previous: string | null;
  /** Milliseconds since the epoch of the first use of `previous`, or of the sign-in. */
  readonly rotatedAt: number;
  readonly endedFor: SessionEndReason | null;
}

export type SessionEndReason = 'signed_out' | 'revoked' | 'token_reuse' | 'expired';
