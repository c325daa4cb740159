import { describe, expect, it } from 'vitest';
import { parseExport } from '../../../src/domain/imports/parse.js';

const local = (...parts: [number, number, number, number, number, number?]) =>
  new Date(parts[0], parts[1] - 1, parts[2], parts[3], parts[4], parts[5] ?? 0).getTime();

describe('the formats of several locales', () => {
  it.each([
    ['iPhone, German', '[31.12.23, 23:59:07] Anna: Prosit', local(2023, 12, 31, 23, 59, 7)],
    ['iPhone, British', '[31/12/2023, 23:59:07] Anna: Prosit', local(2023, 12, 31, 23, 59, 7)],
    ['Android, British', '31/12/2023, 23:59 - Anna: Prosit', local(2023, 12, 31, 23, 59)],
    ['Android, American', '12/31/23, 11:59 PM - Anna: Prosit', local(2023, 12, 31, 23, 59)],
    ['iPhone, American, narrow space', '[12/31/23, 11:59:07\u202FPM] Anna: Prosit', local(2023, 12, 31, 23, 59, 7)],
    ['Android, Spanish', '31/12/23, 11:59 p. m. - Anna: Prosit', local(2023, 12, 31, 23, 59)],
    ['Android, Brazilian', '31/12/2023 23:59 - Anna: Prosit', local(2023, 12, 31, 23, 59)],
    ['Android, German', '31.12.23, 23:59 - Anna: Prosit', local(2023, 12, 31, 23, 59)],
    ['Android, Dutch', '31-12-2023 23:59 - Anna: Prosit', local(2023, 12, 31, 23, 59)],
    ['Android, Swedish', '2023-12-31 23:59 - Anna: Prosit', local(2023, 12, 31, 23, 59)],
    ['Android, Chinese', '2023/12/31 下午11:59 - Anna: Prosit', local(2023, 12, 31, 23, 59)],
    ['iPhone, Japanese', '[2023/12/31 23:59:07] Anna: Prosit', local(2023, 12, 31, 23, 59, 7)],
    ['Android, Korean', '2023. 12. 31. 오후 11:59 - Anna: Prosit', local(2023, 12, 31, 23, 59)],
    ['iPhone, Arabic digits', '[٣١/١٢/٢٠٢٣, ٢٣:٥٩:٠٧] Anna: Prosit', local(2023, 12, 31, 23, 59, 7)],
    ['left-to-right mark first', '\u200E[31/12/2023, 23:59:07] Anna: Prosit', local(2023, 12, 31, 23, 59, 7)],
  ])('%s', (_name, line, at) => {
    expect(parseExport(line).messages).toMatchObject([{ line: 1, author: 'Anna', text: 'Prosit', at }]);
  });
});

describe('an export', () => {
  const file = [
    '\uFEFFa line of something else',
    '31/12/2023, 23:58 - Messages and calls are end-to-end encrypted.',
    '31/12/2023, 23:59 - Anna: one: with a colon',
    'and a second line',
    '',
    '1/1/2024, 00:00 - \u202A+41 79 123 45 67\u202C: दो 🎉',
    '45/1/2024, 00:01 - Anna: on no day',
    '31/2/2024, 00:01 - Anna: in no February',
    '1/1/2024, 00:02 - Anna: \u200E',
    '1/1/2024, 00:03 - Anna: zero \0 byte',
    '1/1/2024, 00:04 - Anna: last',
    '',
  ].join('\r\n');
  const parsed = parseExport(file, { daysFirst: true });

  it('keeps lines that belong to a message', () => {
    expect(parsed.messages.map(({ line, author, text }) => [line, author, text])).toEqual([
      [3, 'Anna', 'one: with a colon\nand a second line'],
      [6, '+41 79 123 45 67', 'दो 🎉'],
      [11, 'Anna', 'last'],
    ]);
    expect(parsed.authors).toEqual(['Anna', '+41 79 123 45 67']);
  });

  it('names every line that it cannot read', () => {
    expect(parsed.notices).toBe(1);
    expect(parsed.unreadable).toEqual([
      { line: 1, reason: 'before_the_first_message' },
      { line: 7, reason: 'no_such_date' },
      { line: 8, reason: 'no_such_date' },
      { line: 9, reason: 'empty' },
      { line: 10, reason: 'malformed_text' },
    ]);
  });

  it('finds out the order of day and month from the whole file', () => {
    const american = parseExport('1/2/24, 1:00 PM - A: x\n1/13/24, 1:00 PM - B: y');
    expect(american.messages.map((message) => message.at)).toEqual([
      local(2024, 1, 2, 13, 0),
      local(2024, 1, 13, 13, 0),
    ]);
  });
});
