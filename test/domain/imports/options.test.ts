import { expect, it } from 'vitest';
import { importOptions } from '../../../src/main/importing/options.js';

it('reads what an import is told', () => {
  expect(importOptions(['chat.txt', '--me', '+41791234567', '--author', 'A = B=+4178'])).toEqual({
    file: 'chat.txt',
    me: '+41791234567',
    author: { name: 'A = B', phone: '+4178' },
  });
  expect(importOptions(['c', '--me', '1', '--months-first'])).toMatchObject({ daysFirst: false });
});

it.each([
  [[], /name one file/],
  [['a', 'b', '--me', '1'], /name one file/],
  [['a'], /--me says/],
  [['a', '--mee', '1'], /--mee/],
  [['a', '--me', '1', '--author', 'Bob'], /NAME=NUMBER/],
  [['a', '--me', '1', '--time-zone', 'Mars/Base'], /there is no Mars/],
  [['a', '--me', '1', '--days-first', '--months-first'], /exclude/],
])('refuses %j', (args, message) => {
  expect(() => importOptions(args)).toThrow(message);
});
