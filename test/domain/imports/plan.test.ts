import { describe, expect, it } from 'vitest';
import { parseExport, planImport } from '../../../src/domain/imports/index.js';

const lines = [
  '1/1/2024, 10:00 - Anna: hi',
  '1/1/2024, 10:00 - Anna: hi',
  '1/1/2024, 10:01 - Bob: hello',
  '1/1/2024, 10:02 - Anna: bye',
];
const plan = (text: readonly string[], names = {}) =>
  planImport(parseExport(text.join('\n'), { daysFirst: true }), names);

describe('the plan of an import', () => {
  it('takes the first author for the importing user unless told otherwise', () => {
    expect(plan(lines)).toMatchObject({ me: 'Anna', other: 'Bob' });
    expect(plan(lines, { otherName: 'Anna' })).toMatchObject({ me: 'Bob', other: 'Anna' });
    expect(plan(lines, { meName: 'Bob' })).toMatchObject({ me: 'Bob', other: 'Anna' });
  });

  it('gives identical lines ids of their own, the same ones in a longer export', () => {
    const ids = (text: readonly string[]) => {
      const made = plan(text);
      return 'sends' in made ? made.sends.map((send) => send.clientId) : [];
    };
    expect(new Set(ids(lines)).size).toBe(4);
    expect(ids([...lines, '2/1/2024, 09:00 - Bob: new']).slice(0, 4)).toEqual(ids(lines));
  });

  it('refuses what is no direct conversation', () => {
    expect(plan([])).toEqual({ code: 'no_messages' });
    expect(plan(lines.slice(0, 2))).toEqual({ code: 'not_two_authors', authors: ['Anna'] });
    expect(plan([...lines, '1/1/2024, 10:03 - Carol: hey'])).toMatchObject({ code: 'not_two_authors' });
    expect(plan(lines, { meName: 'Zoe' })).toEqual({ code: 'unknown_author', name: 'Zoe', authors: ['Anna', 'Bob'] });
  });
});
