import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LIMITS, type LimitName } from '../../src/platform/limits/limits.js';
import type { Limiter } from '../../src/platform/limits/port.js';

export interface OpenedLimiter {
  readonly limiter: Limiter;
  /** The same limits on another node, where nodes share them. */
  readonly another: Limiter;
  /** Lets the window of a key end. */
  readonly endWindow: (limit: LimitName, key: string) => Promise<void>;
  readonly close: () => Promise<void>;
}

/** Every promise of src/platform/limits/port.ts, for any adapter. */
export function limiterContract(name: string, open: () => Promise<OpenedLimiter>): void {
  describe(`limits: ${name}`, () => {
    let opened: OpenedLimiter;
    beforeEach(async () => {
      opened = await open();
    });
    afterEach(async () => {
      await opened.close();
    });
    const { points, seconds } = LIMITS.otpPerNumber;

    it('gives the points of the table over all nodes, then says when to come back', async () => {
      const { limiter, another, endWindow } = opened;
      const key = randomUUID();
      for (let n = 0; n < points; n += 1)
        expect(await (n % 2 === 0 ? limiter : another).take('otpPerNumber', key)).toEqual({ ok: true });
      for (const node of [limiter, another]) {
        const refused = await node.take('otpPerNumber', key);
        expect(refused.ok).toBe(false);
        if (refused.ok) continue;
        expect(refused.retryAfterMs).toBeGreaterThan(0);
        expect(refused.retryAfterMs).toBeLessThanOrEqual(seconds * 1000);
      }
      await endWindow('otpPerNumber', key);
      expect(await limiter.take('otpPerNumber', key)).toEqual({ ok: true });
    });

    it('counts each key and each limit apart', async () => {
      const { limiter } = opened;
      const [one, other] = [randomUUID(), randomUUID()];
      expect(await limiter.take('otpResend', one)).toEqual({ ok: true });
      expect((await limiter.take('otpResend', one)).ok).toBe(false);
      expect(await limiter.take('otpResend', other)).toEqual({ ok: true });
      expect(await limiter.take('findAccount', one)).toEqual({ ok: true });
    });

    it('takes many points at once', async () => {
      const { limiter, another } = opened;
      const key = randomUUID();
      expect(await limiter.take('sendMessage', key, LIMITS.sendMessage.points)).toEqual({ ok: true });
      expect((await another.take('sendMessage', key)).ok).toBe(false);
    });

    it('gives no more than the points, however many ask at once', async () => {
      const { limiter, another } = opened;
      const key = randomUUID();
      const asked = Array.from({ length: 4 * points }, (_, n) => (n % 2 === 0 ? limiter : another));
      const answers = await Promise.all(asked.map((node) => node.take('otpPerNumber', key)));
      expect(answers.filter(({ ok }) => ok)).toHaveLength(points);
    });
  });
}
