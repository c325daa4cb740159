export type TextProblem = 'empty' | 'too_long' | 'malformed';

/**
 * What is wrong with a text that a user gave, or null. Lengths are in UTF-16 code units. White space alone counts as
 * empty when `min` is above zero. Malformed: U+0000 and lone surrogates, which Postgres refuses.
 */
export function checkText(text: string, limits: { readonly max: number; readonly min?: number }): TextProblem | null {
  if (text.length > limits.max) return 'too_long';
  if (text.includes('\u0000') || !text.isWellFormed()) return 'malformed';
  const min = limits.min ?? 1;
  if (text.length < min || (min > 0 && text.trim() === '')) return 'empty';
  return null;
}
