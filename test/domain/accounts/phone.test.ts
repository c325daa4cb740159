import { describe, expect, it } from 'vitest';
import { parsePhone, seedPhone } from '../../../src/domain/accounts/index.js';

describe('parsePhone', () => {
  it.each([
    ['+49 151 23456789', undefined, '+4915123456789', 'DE'],
    ['0151/23456789', 'de', '+4915123456789', 'DE'],
    ['(201) 555-0123', 'US', '+12015550123', 'US'],
    ['+91 98765 43210', 'US', '+919876543210', 'IN'],
    ['+55 (11) 98765-4321', '', '+5511987654321', 'BR'],
  ])('reads %s', (text, country, e164, of) => {
    expect(parsePhone(text, country)).toEqual({ ok: true, e164, country: of });
  });

  it.each([
    ['', undefined, 'malformed'],
    ['hello', 'DE', 'malformed'],
    ['call me at +4915123456789', undefined, 'malformed'],
    ['9'.repeat(500), 'DE', 'malformed'],
    ['015123456789', undefined, 'unknown_country'],
    ['015123456789', 'XX', 'unknown_country'],
    ['+999 123456', undefined, 'unknown_country'],
    ['+49151', undefined, 'wrong_length'],
    ['+1 201 055 0123', undefined, 'not_in_use'],
    ['+49 30 901820', undefined, 'not_mobile'],
    ['+49 800 3301000', undefined, 'not_mobile'],
  ])('refuses %s of %s as %s', (text, country, reason) => {
    expect(parsePhone(text, country)).toEqual({ ok: false, reason });
  });

  it('accepts the numbers of seeds, each its own', () => {
    const numbers = Array.from({ length: 500 }, (_, index) => seedPhone(index * 19_997));
    expect(new Set(numbers).size).toBe(500);
    expect(numbers.filter((number) => !parsePhone(number).ok)).toEqual([]);
  });
});
