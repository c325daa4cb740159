import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { LIMITS } from '../../../src/platform/limits/limits.js';
import { memoryLimiter, noLimits } from '../../../src/platform/limits/memory.js';

describe('memoryLimiter', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('gives the points of the table, then says when to come back', async () => {
    const limiter = memoryLimiter();
    for (let n = 0; n < LIMITS.otpPerNumber.points; n += 1)
      expect(await limiter.take('otpPerNumber', 'a')).toEqual({ ok: true });
    vi.advanceTimersByTime(1000);
    const refused = await limiter.take('otpPerNumber', 'a');
    expect(refused).toEqual({ ok: false, retryAfterMs: LIMITS.otpPerNumber.seconds * 1000 - 1000 });
    vi.advanceTimersByTime(LIMITS.otpPerNumber.seconds * 1000);
    expect(await limiter.take('otpPerNumber', 'a')).toEqual({ ok: true });
  });

  it('counts each key and each limit apart', async () => {
    const limiter = memoryLimiter();
    expect(await limiter.take('otpResend', 'a')).toEqual({ ok: true });
    expect((await limiter.take('otpResend', 'a')).ok).toBe(false);
    expect(await limiter.take('otpResend', 'b')).toEqual({ ok: true });
    expect(await limiter.take('findAccount', 'a')).toEqual({ ok: true });
  });

  it('takes many points at once', async () => {
    const limiter = memoryLimiter();
    expect(await limiter.take('sendMessage', 'd', 500)).toEqual({ ok: true });
    expect((await limiter.take('sendMessage', 'd')).ok).toBe(false);
  });

  it('can be off', async () => {
    for (let n = 0; n < 3; n += 1) expect(await noLimits.take('otpResend', 'a')).toEqual({ ok: true });
  });
});
