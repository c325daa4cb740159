/** Changes the direction of what follows, or is not seen. Joiners stay: scripts and emoji are written with them. */
const UNSEEN = /[\u00AD\u061C\u200B\u200E\u200F\u202A-\u202E\u2060-\u206F\uFEFF\uFFF9-\uFFFB]/g;

/** A foreign text as one line that can be shown: well-formed, without control characters, at most `max` UTF-16 code units. */
export function oneLine(text: string, max: number): string {
  const line = text
    .toWellFormed()
    .replace(UNSEEN, '')
    .replace(/[\p{Cc}\s]+/gu, ' ')
    .trim();
  if (line.length <= max) return line;
  // Not half of a character.
  return `${line
    .slice(0, max - 1)
    .replace(/[\uD800-\uDBFF]$/, '')
    .trimEnd()}…`;
}
