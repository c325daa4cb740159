import { timingSafeEqual } from 'node:crypto';

export const OTP_TTL_MS = 5 * 60_000;
export const OTP_ATTEMPTS = 5;

/** A code that was sent; only its HMAC is known. */
export interface SentOtp {
  readonly codeHmac: string;
  /** Wrong codes so far. */
  readonly attempts: number;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
}

export type OtpDecision =
  | { readonly kind: 'accepted' }
  | { readonly kind: 'wrong_code'; readonly attemptsLeft: number }
  | { readonly kind: 'code_expired' };

/** The fifth wrong code uses the sent one up: from then on even the right one has expired. */
export function decideOtp(sent: SentOtp | null, presentedHmac: string, now: number): OtpDecision {
  if (sent === null || now >= sent.expiresAt || sent.attempts >= OTP_ATTEMPTS) return { kind: 'code_expired' };
  const expected = Buffer.from(sent.codeHmac);
  const presented = Buffer.from(presentedHmac);
  if (expected.length === presented.length && timingSafeEqual(expected, presented)) return { kind: 'accepted' };
  return { kind: 'wrong_code', attemptsLeft: OTP_ATTEMPTS - sent.attempts - 1 };
}
