import { createSecretKey, randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { keyRefOf, open, seal, sealAad, SealBrokenError } from '../../../src/platform/keys/seal.js';

const key = createSecretKey(randomBytes(32));
const ref = { subject: '0190f0aa-0000-7000-8000-000000000001', scope: 'conversation:a|b' };
const text = fc.string({ unit: 'grapheme', maxLength: 200 });

test('what was sealed opens under its key and place', () => {
  fc.assert(
    fc.property(text, text, (aad, plain) => {
      const sealed = seal(key, ref, aad, plain);
      expect(open(key, aad, sealed)).toBe(plain);
      expect(keyRefOf(sealed)).toEqual(ref);
    }),
  );
});

test('another key, place or byte does not open', () => {
  fc.assert(
    fc.property(text, fc.nat(), fc.integer({ min: 1, max: 255 }), (plain, at, flip) => {
      const aad = sealAad('id', 'MessageSent', 'content.text');
      const sealed = seal(key, ref, aad, plain);
      expect(() => open(createSecretKey(randomBytes(32)), aad, sealed)).toThrow(SealBrokenError);
      expect(() => open(key, sealAad('id', 'MessageSent', 'name'), sealed)).toThrow(SealBrokenError);
      const bytes = Buffer.from(sealed.c, 'base64');
      const place = at % bytes.length;
      bytes[place] = (bytes[place] ?? 0) ^ flip;
      expect(() => open(key, aad, { ...sealed, c: bytes.toString('base64') })).toThrow(SealBrokenError);
      expect(() => open(key, aad, { ...sealed, c: sealed.c.slice(0, 8) })).toThrow(SealBrokenError);
    }),
  );
});

test('the same text never gives the same bytes', () => {
  const many = Array.from({ length: 100 }, () => seal(key, ref, 'place', 'hello'));
  expect(new Set(many.map((sealed) => sealed.n)).size).toBe(100);
  expect(new Set(many.map((sealed) => sealed.c)).size).toBe(100);
  expect(Buffer.from(many[0]?.n ?? '', 'base64')).toHaveLength(12);
});
