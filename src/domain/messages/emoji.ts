const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });
const KNOWN = /^\p{RGI_Emoji}$/v;
/** Planes that Unicode keeps for emoji: one that is younger than this server's tables. */
const YOUNGER = /^\p{Extended_Pictographic}/u;
const EMOJI_PRESENTATION = '\uFE0F';
const MAX_LENGTH = 64;

/** The emoji as it is stored, with its presentation selector; null for anything but exactly one emoji. */
export function emojiOf(text: string): string | null {
  if (text.length === 0 || text.length > MAX_LENGTH || !text.isWellFormed()) return null;
  const [first, second] = graphemes.segment(text);
  if (first === undefined || second !== undefined) return null;
  if (KNOWN.test(text)) return text;
  const presented = text + EMOJI_PRESENTATION;
  if (KNOWN.test(presented)) return presented;
  return (text.codePointAt(0) ?? 0) >= 0x1f000 && YOUNGER.test(text) ? text : null;
}
