import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { firstLink } from '../../../src/domain/messages/links.js';

describe('the first link of a text', () => {
  it.each([
    ['https://example.com', 'https://example.com'],
    ['see HTTP://Example.com/A?b=c#d and https://example.org', 'HTTP://Example.com/A?b=c#d'],
    ['(https://example.com/a)', 'https://example.com/a'],
    ['https://en.example.org/wiki/Fish_(animal).', 'https://en.example.org/wiki/Fish_(animal)'],
    ['[x](https://example.com/a_(b)) y', 'https://example.com/a_(b)'],
    ['Is it "https://example.com/?q=1"?', 'https://example.com/?q=1'],
    ['<https://example.com/a>', 'https://example.com/a'],
    ['*https://example.com/a/*, or so', 'https://example.com/a/'],
    ['https://example.com/a...', 'https://example.com/a'],
    ['看https://example.com/a，好', 'https://example.com/a'],
    ['https://täst.example/ü', 'https://täst.example/ü'],
    ['http://localhost:8080/a\nnext', 'http://localhost:8080/a'],
  ])('in %j is %j', (text, link) => {
    expect(firstLink(text)).toBe(link);
  });

  it.each([
    '',
    'no link',
    'www.example.com',
    'ftp://example.com',
    'xhttps://example.com',
    'https://',
    'https://)',
    'http://[::1',
  ])('is not in %j', (text) => {
    expect(firstLink(text)).toBeUndefined();
  });

  it('is none beyond 2,048 characters', () => {
    const link = `https://example.com/${'a'.repeat(2_028)}`;
    expect(firstLink(link)).toBe(link);
    expect(firstLink(`${link}a`)).toBeUndefined();
  });

  it('is a part of the text that a client parses the same, in time that grows with the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), fc.webUrl(), fc.string(), (before, url, after) => {
        const text = `${before} ${url}${after}`;
        const link = firstLink(text);
        if (link === undefined) return;
        expect(text).toContain(link);
        expect(new URL(link).protocol).toMatch(/^https?:$/);
      }),
    );
    expect(firstLink(`https://example.com/${')'.repeat(65_000)}`)).toBeUndefined();
    expect(firstLink('https://'.repeat(8_000))).toBeUndefined();
  });
});
