import { expect, it } from 'vitest';
import { noLimits } from '../../../src/platform/limits/memory.js';

it('can be off', async () => {
  for (let n = 0; n < 3; n += 1) expect(await noLimits.take('otpResend', 'a')).toEqual({ ok: true });
});
