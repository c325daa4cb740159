import fc from 'fast-check';
import { expect, test } from 'vitest';
import { uuidv8 } from '../../../src/domain/shared/ids.js';
import { systemIds } from '../../../src/platform/ids/system.js';

test('ids are UUIDv7, unique, and ordered though the clock stands still or goes back', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -5, max: 50 }), { maxLength: 300 }), (steps) => {
      let now = 1_764_000_000_000;
      const ids = systemIds({ now: () => now });
      const made = steps.map((step) => {
        now += step;
        return ids.next();
      });
      expect([...made].sort()).toEqual(made);
      expect(new Set(made).size).toBe(made.length);
      for (const id of made)
        expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    }),
  );
});

test('10,000 ids in one millisecond stay ordered', () => {
  const ids = systemIds({ now: () => 1_764_000_000_000 });
  const made = Array.from({ length: 10_000 }, () => ids.next());
  expect([...made].sort()).toEqual(made);
  expect(parseInt((made[0] ?? '').replace('-', '').slice(0, 12), 16)).toBe(1_764_000_000_000);
});

test('an id that follows from a text is a UUIDv8, and never changes', () => {
  expect(uuidv8('direct:a,b')).toBe('10a86019-3b6b-8aa3-ab4f-6de771c4c61e');
  fc.assert(
    fc.property(fc.string(), (text) =>
      /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(uuidv8(text)),
    ),
  );
});
