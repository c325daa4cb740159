import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readHead } from '../../../src/platform/linkPreviews/head.js';
import { oneLine } from '../../../src/platform/linkPreviews/oneLine.js';

const said = (html: string): object | undefined => {
  const head = readHead();
  for (const piece of html.match(/[^]{1,7}/g) ?? []) if (!head.write(piece)) break;
  return head.said();
};

describe('a head', () => {
  it('prefers what is meant for previews, and the first of it', () => {
    const title = '<title>t</title>';
    const metas = ['description" content="d', 'twitter:description" content="td', 'twitter:title" content="tt'];
    const meta = metas.map((each) => `<meta name="${each}">`).join('');
    expect(said(title)).toEqual({ title: 't' });
    expect(said(title + meta)).toEqual({ title: 'tt', description: 'td' });
    expect(
      said(`${title}${meta}<META PROPERTY="og:title" CONTENT="ot"><meta property="og:title" content="other">`),
    ).toEqual({
      title: 'ot',
      description: 'td',
    });
  });

  it('passes over what is empty', () => {
    expect(
      said('<meta property="og:title" content=" \u200b"><meta property="og:title" content=" "><title>t</title>'),
    ).toEqual({
      title: 't',
    });
    expect(said('<meta property="og:title"><title></title>')).toBeUndefined();
  });

  it('is over where the body begins, and knows no markup in texts', () => {
    expect(said('<title>a <b>c</b></title>')).toEqual({ title: 'a <b>c</b>' });
    expect(said('<script>"<title>no</title>"</script><!-- <title>no</title> --><title>yes</title>')).toEqual({
      title: 'yes',
    });
    expect(said('<head></head><title>no</title>')).toBeUndefined();
    expect(said('<body><title>no</title>')).toBeUndefined();
  });

  it('can be read whatever it is', () => {
    const parts = fc.constantFrom(
      '<',
      '>',
      '</',
      '<title>',
      '</title>',
      '<head>',
      '<meta ',
      'property=',
      '"',
      'og:title',
      '&#0;',
      '&#xd800;',
      '<!--',
      '\0',
      'x',
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(parts, fc.string({ unit: 'binary' }))), (pieces) => {
        const head = readHead();
        for (const piece of pieces) head.write(piece);
        const { title } = head.said() ?? { title: 'none' };
        expect(title.isWellFormed()).toBe(true);
        expect(title).toMatch(/^[^\p{Cc}]{1,200}$/u);
      }),
    );
  });
});

describe('one line', () => {
  it('is well-formed, short, and shows what it says', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 0xffff })), fc.integer({ min: 1, max: 20 }), (units, max) => {
        const line = oneLine(String.fromCharCode(...units), max);
        expect(line.isWellFormed()).toBe(true);
        expect(line.length).toBeLessThanOrEqual(max);
        expect(line).not.toMatch(/[\p{Cc}\u202e\u2066]|^\s|\s$/u);
      }),
    );
  });

  it('keeps characters whole, and the joiners that scripts and emoji need', () => {
    expect(oneLine('ab😀', 3)).toBe('ab…');
    expect(oneLine('abc😀', 5)).toBe('abc😀');
    expect(oneLine('👩‍👩‍👧 می‌خواهم', 40)).toBe('👩‍👩‍👧 می‌خواهم');
    expect(oneLine('evil\u202egnp.exe\r\n\u0007', 40)).toBe('evilgnp.exe');
    expect(oneLine('\ud800x', 40)).toBe('\ufffdx');
  });
});
