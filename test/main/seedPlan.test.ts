import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pairs, shares } from '../../src/main/seed/plan.js';
import { messageOf } from '../../src/main/seed/texts.js';

describe('the plan of a seed', () => {
  it('pairs everybody with everybody once, neighbours first', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 40 }), (accounts) => {
        const all = [...pairs(accounts)];
        const keys = new Set(all.map((pair) => [...pair].sort((a, b) => a - b).join()));
        expect(keys.size).toBe(all.length);
        expect(all.length).toBe((accounts * (accounts - 1)) / 2);
        expect(all[0]).toEqual([0, 1]);
      }),
    );
  });

  it('gives out exactly the messages asked for', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 100_000 }), fc.integer({ min: 1, max: 300 }), (messages, conversations) => {
        const counts = shares(messages, conversations);
        expect(counts).toHaveLength(conversations);
        expect(counts.reduce((sum, count) => sum + count, 0)).toBe(messages);
      }),
    );
  });

  it('writes the same text for the same place', () => {
    for (let n = 0; n < 500; n++) {
      const message = messageOf('a', n);
      expect(message).toEqual(messageOf('a', n));
      expect(message.text.trim()).not.toBe('');
      expect(message.text.isWellFormed()).toBe(true);
    }
  });
});
