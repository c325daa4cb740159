import { expect, vi } from 'vitest';
import { memoryCache } from '../../src/platform/cache/memory.js';
import { LIMITS } from '../../src/platform/limits/limits.js';
import { memoryLimiter } from '../../src/platform/limits/memory.js';
import { silentLogger } from '../../src/platform/observability/logger.js';
import { memorySignals } from '../../src/platform/signals/memory.js';
import { manualClock } from '../kit/clock.js';
import { cacheContract } from './cache.js';
import { limiterContract } from './limiter.js';
import { signalsContract } from './signals.js';

// In one process the other node is the same one.

cacheContract('memory', async () => {
  const clock = manualClock();
  const cache = memoryCache(clock);
  return {
    cache,
    another: cache,
    passes: async (ttlMs, ended) => {
      clock.advance(ttlMs - 1);
      expect(await ended()).toBe(false);
      clock.advance(1);
      expect(await ended()).toBe(true);
    },
    close: () => cache.close(),
  };
});

signalsContract('memory', async () => {
  const signals = memorySignals(silentLogger);
  return { signals, another: signals, close: () => signals.close() };
});

limiterContract('memory', async () => {
  vi.useFakeTimers();
  const limiter = memoryLimiter();
  return {
    limiter,
    another: limiter,
    endWindow: async (limit) => void vi.advanceTimersByTime(LIMITS[limit].seconds * 1000),
    close: async () => void vi.useRealTimers(),
  };
});
