/** Scripts without spaces put their own marks right behind a link. */
const LINK = /\bhttps?:\/\/[^\s<>"，。、！？；：（）「」『』【】《》]+/i;
const MAX_LINK = 2_048;
/** What ends a sentence rather than a link. */
const CLOSING = /[.,;:!?'*_~…]$/;
const PAIRS = { ')': '(', ']': '[', '}': '{' } as const;

/** The first http or https link of a text, as it is written; undefined when there is none, or it is too long or malformed. */
export function firstLink(text: string): string | undefined {
  let link = LINK.exec(text)?.[0];
  if (link === undefined || link.length > MAX_LINK) return undefined;
  for (let shorter = trimmed(link); shorter !== link; shorter = trimmed(link)) link = shorter;
  return URL.canParse(link) ? link : undefined;
}

/** Without one character at its end that belongs to the text around it: a closing bracket does unless the link opens it. */
function trimmed(link: string): string {
  const last = link.at(-1) ?? '';
  if (CLOSING.test(link)) return link.slice(0, -1);
  if (!(last in PAIRS)) return link;
  const opened = link.split(PAIRS[last as keyof typeof PAIRS]).length;
  return link.split(last).length > opened ? link.slice(0, -1) : link;
}
