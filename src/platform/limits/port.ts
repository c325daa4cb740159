import type { LimitName } from './limits.js';

export type LimitOutcome = { readonly ok: true } | { readonly ok: false; readonly retryAfterMs: number };

/**
 * Counts uses against the table in limits.ts. Atomic per (limit, key).
 *
 * Not promised: that counts survive a restart, that several nodes share them, or that points which an answer `ok: false`
 * took are given back.
 */
export interface Limiter {
  take(limit: LimitName, key: string, points?: number): Promise<LimitOutcome>;
}
