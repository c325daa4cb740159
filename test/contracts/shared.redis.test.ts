import { describe, expect } from 'vitest';
import { redisCache } from '../../src/platform/cache/redis.js';
import { LIMITS } from '../../src/platform/limits/limits.js';
import { redisLimiter } from '../../src/platform/limits/redis.js';
import { PREFIX } from '../../src/platform/redis/keys.js';
import { connectTest, redisUrl, signalsNode } from '../kit/redis.js';
import { cacheContract } from './cache.js';
import { limiterContract } from './limiter.js';
import { signalsContract } from './signals.js';

// Seen as skipped without a Redis; `npm run engines -- up redis` starts one.
describe.skipIf(redisUrl === undefined)('', () => {
  cacheContract('Redis', async () => {
    const [one, other] = await Promise.all([connectTest(), connectTest()]);
    return {
      cache: redisCache(one),
      another: redisCache(other),
      passes: async (_ttlMs, ended) => {
        await expect.poll(ended, { timeout: 10_000, interval: 5 }).toBe(true);
      },
      close: async () => {
        await Promise.all([one.close(), other.close()]);
      },
    };
  });

  signalsContract('Redis', async () => {
    const [one, other] = await Promise.all([signalsNode(), signalsNode()]);
    return {
      signals: one.signals,
      another: other.signals,
      close: async () => {
        await Promise.all([one.close(), other.close()]);
      },
    };
  });

  limiterContract('Redis', async () => {
    const [one, other] = await Promise.all([connectTest(), connectTest()]);
    const fail = (): void => expect.unreachable('Redis did not answer');
    return {
      limiter: redisLimiter(one, fail),
      another: redisLimiter(other, fail),
      // The hour is not waited for: the key's own expiry is brought forward.
      endWindow: async (limit, key) => {
        const name = `${PREFIX.counter}${limit}:${key}`;
        const left = await one.redis.pttl(name);
        expect(left).toBeGreaterThan(0);
        expect(left).toBeLessThanOrEqual(LIMITS[limit].seconds * 1000);
        await one.redis.pexpire(name, 1);
        await expect.poll(() => one.redis.exists(name), { interval: 2 }).toBe(0);
      },
      close: async () => {
        await Promise.all([one.close(), other.close()]);
      },
    };
  });
});
