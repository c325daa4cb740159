import { RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import type { RedisConnection } from '../redis/connection.js';
import { PREFIX } from '../redis/keys.js';
import { LIMITS, type LimitName } from './limits.js';
import { memoryLimiter } from './memory.js';
import type { Limiter } from './port.js';

/**
 * Limits that all nodes count together. While Redis is away each node counts for itself, from nothing: a limit never fails
 * a request, and a fleet of n nodes lets a client do up to n times as much. `onInsured` hears of each such count.
 */
export function redisLimiter(connection: RedisConnection, onInsured: () => void): Limiter {
  const insurance = memoryLimiter();
  const limiters = new Map<LimitName, RateLimiterRedis>();
  for (const name of Object.keys(LIMITS) as LimitName[]) {
    const { points, seconds } = LIMITS[name];
    limiters.set(
      name,
      new RateLimiterRedis({
        storeClient: connection.redis,
        keyPrefix: `${PREFIX.counter}${name}`,
        points,
        duration: seconds,
        rejectIfRedisNotReady: true,
      }),
    );
  }
  return {
    async take(limit, key, points = 1) {
      try {
        await connection.run(async () => limiters.get(limit)?.consume(key, points));
        return { ok: true };
      } catch (refused) {
        if (refused instanceof RateLimiterRes) return { ok: false, retryAfterMs: Math.max(1, refused.msBeforeNext) };
        onInsured();
        return insurance.take(limit, key, points);
      }
    },
  };
}
