import { expect, it } from 'vitest';
import { parseExport, planImport, runImport, type SendOutcome } from '../../../src/domain/imports/index.js';

const lines = Array.from({ length: 600 }, (_, n) => `1/1/2024, 10:00 - ${n % 2 === 0 ? 'Anna' : 'Bob'}: message ${n}`);

it('sends in the order of the file, repeats what was busy, and changes nothing the second time', async () => {
  const plan = planImport(parseExport(lines.join('\n'), { daysFirst: true }), {});
  if (!('sends' in plan)) throw new Error(plan.code);
  const stored = new Map<string, number>();
  let busy = 3;
  const deps = {
    send: async (send: { clientId: string; line: number }): Promise<SendOutcome> => {
      if (stored.has(send.clientId)) return { kind: 'known' };
      if (send.line === 600 && busy-- > 0) return { kind: 'busy', retryAfterMs: 0 };
      if (send.line === 5) return { kind: 'refused', reason: 'too_long' };
      stored.set(send.clientId, send.line);
      return { kind: 'imported' };
    },
  };
  expect(await runImport(deps, plan)).toEqual({
    imported: 599,
    known: 0,
    refused: [{ line: 5, reason: 'too_long' }],
  });
  expect([...stored.values()]).toEqual([...stored.values()].sort((a, b) => a - b));
  expect(await runImport(deps, plan)).toMatchObject({ imported: 0, known: 599 });
});
