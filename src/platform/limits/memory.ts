import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { LIMITS, type LimitName } from './limits.js';
import type { Limiter, LimitOutcome } from './port.js';

const OK: LimitOutcome = { ok: true };

/** Limits counted in this process. */
export function memoryLimiter(): Limiter {
  const limiters = new Map<LimitName, RateLimiterMemory>();
  for (const name of Object.keys(LIMITS) as LimitName[]) {
    const { points, seconds } = LIMITS[name];
    limiters.set(name, new RateLimiterMemory({ points, duration: seconds }));
  }
  return {
    async take(limit, key, points = 1) {
      try {
        await limiters.get(limit)?.consume(key, points);
        return OK;
      } catch (refused) {
        if (refused instanceof RateLimiterRes) return { ok: false, retryAfterMs: Math.max(1, refused.msBeforeNext) };
        throw refused;
      }
    },
  };
}

/** For development and benches: nothing is limited. */
export const noLimits: Limiter = { take: () => Promise.resolve(OK) };
