import { describe, expect, it } from 'vitest';
import { changedTexts, checkTexts, firstTexts } from '../../../src/domain/shared/conversationTexts.js';

const seal = (field: string, text: string) => ({ k: 'k', n: field, c: text });

describe('what a group or a channel is called', () => {
  it('is trimmed, the reference to its picture too', () => {
    expect(checkTexts({ name: ' News ', description: '\tAll of it\n', avatar: ' https://example.org/a.png ' })).toEqual(
      {
        texts: { name: 'News', description: 'All of it', avatar: 'https://example.org/a.png' },
      },
    );
  });

  it('loses what is left empty, but for its name', () => {
    expect(checkTexts({ description: ' ', avatar: null })).toEqual({ texts: { description: null, avatar: null } });
    expect(checkTexts({ name: ' ' })).toEqual({ problem: { field: 'name', reason: 'empty' } });
    expect(checkTexts({})).toEqual({ texts: {} });
  });

  it('is within its lengths after trimming, and well formed', () => {
    const most = { name: 100, description: 2048, avatar: 512 };
    for (const [field, max] of Object.entries(most)) {
      expect(checkTexts({ [field]: ` ${'x'.repeat(max)} ` })).toEqual({ texts: { [field]: 'x'.repeat(max) } });
      const long = checkTexts({ [field]: 'x'.repeat(max + 1) });
      expect(long).toEqual({ problem: { field, reason: 'too_long' } });
      expect(checkTexts({ [field]: 'a\u0000b' })).toEqual({ problem: { field, reason: 'malformed' } });
    }
  });

  it('is sealed, but for the picture; what was taken away before the beginning was never there', () => {
    const texts = { name: 'News', description: null, avatar: 'a.png' };
    expect(firstTexts(texts, seal)).toEqual({ name: seal('name', 'News'), avatar: 'a.png' });
    expect(changedTexts(texts, seal)).toEqual({ name: seal('name', 'News'), description: null, avatar: 'a.png' });
    expect(changedTexts({ description: 'All of it' }, seal)).toEqual({
      description: seal('description', 'All of it'),
    });
  });
});
