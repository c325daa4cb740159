import type { LimitOutcome } from '../../platform/limits/port.js';
import type { Position } from '../../platform/eventStore/port.js';
import type { Tokens } from '../sessions/index.js';
import type { InvalidText } from './decide.js';
import type { PhoneProblem } from './phone.js';

/** `position`: of the last event that the command wrote or met; a read token is made of it. */
export interface Handled<Outcome> {
  readonly outcome: Outcome;
  readonly position?: Position;
}

export interface InvalidPhone {
  readonly kind: 'invalid_phone';
  readonly reason: PhoneProblem;
}

export interface RateLimited {
  readonly kind: 'rate_limited';
  readonly retryAfterMs: number;
}

export interface SignedIn {
  readonly kind: 'signed_in';
  readonly accountId: string;
  readonly device: LinkedDevice;
  readonly tokens: Tokens;
  readonly newAccount: boolean;
}

export interface LinkedDevice {
  readonly id: string;
  readonly name: string;
  readonly platform: string;
  /** Milliseconds since the epoch. */
  readonly linkedAt: number;
}

export interface SessionEnded {
  readonly kind: 'session_ended';
  readonly reason: 'unknown' | 'expired' | 'revoked' | 'signed_out' | 'token_reuse';
}

/** Times in milliseconds since the epoch. */
export type RequestOtpOutcome =
  { readonly kind: 'otp_sent'; readonly expiresAt: number; readonly resendAfter: number } | InvalidPhone | RateLimited;
export type SubmitOtpOutcome =
  | SignedIn
  | { readonly kind: 'wrong_code'; readonly attemptsLeft: number }
  | { readonly kind: 'code_expired' }
  | InvalidPhone
  | InvalidText
  | RateLimited;
export type RefreshSessionOutcome = { readonly kind: 'refreshed'; readonly tokens: Tokens } | SessionEnded;
export type RevokeDeviceOutcome =
  { readonly kind: 'device_revoked'; readonly deviceId: string } | { readonly kind: 'no_such_device' };
export type UpdateProfileOutcome = { readonly kind: 'profile_updated' } | InvalidText;

export type ChangePrivacyOutcome =
  { readonly kind: 'privacy_changed' } | { readonly kind: 'too_many'; readonly limit: number };

export function rateLimited(outcome: LimitOutcome & { ok: false }): { readonly outcome: RateLimited } {
  return { outcome: { kind: 'rate_limited', retryAfterMs: outcome.retryAfterMs } };
}
