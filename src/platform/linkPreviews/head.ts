import { Parser } from 'htmlparser2';
import { oneLine } from './oneLine.js';
import type { LinkPreview } from './port.js';

/** The names by which pages say the same, the best first. */
const NAMES = {
  title: ['og:title', 'twitter:title', 'title'],
  description: ['og:description', 'twitter:description', 'description'],
  siteName: ['og:site_name', 'application-name'],
} as const;
const LENGTHS = { title: 200, description: 400, siteName: 100 } as const;
const WANTED: ReadonlySet<string> = new Set(Object.values(NAMES).flat());
/** No head is so deep; the parser's work grows with depth. */
const MAX_DEPTH = 100;
/** Of a title as it is written, with what is cleaned away later. */
const MAX_RAW = 2_000;

export interface Head {
  /** @returns whether more of the page is of use: its head is not over. */
  write(text: string): boolean;
  /** What the page says of itself; undefined without a title. */
  said(): Omit<LinkPreview, 'url'> | undefined;
}

/** Reads the head of a page of HTML. */
export function readHead(): Head {
  const found = new Map<string, string>();
  let depth = 0;
  let over = false;
  let title: string | undefined;

  const keep = (name: string, content: string | undefined): void => {
    if (WANTED.has(name) && !found.has(name) && content !== undefined && content.trim() !== '')
      found.set(name, content.slice(0, MAX_RAW));
  };
  const parser = new Parser({
    onopentag(name, { property, name: named, content }) {
      depth += 1;
      if (name === 'body' || depth > MAX_DEPTH) over = true;
      if (over) return;
      if (name === 'title') title = '';
      if (name === 'meta') for (const each of [property, named]) keep(each?.trim().toLowerCase() ?? '', content);
    },
    ontext(text) {
      if (title !== undefined && title.length < MAX_RAW) title += text;
    },
    onclosetag(name) {
      depth -= 1;
      if (over) return;
      if (name === 'title') {
        keep('title', title);
        title = undefined;
      }
      if (name === 'head') over = true;
    },
  });

  return {
    write(text) {
      if (!over) parser.write(text);
      return !over;
    },
    said() {
      const said = Object.fromEntries(
        Object.entries(NAMES).flatMap(([field, names]) => {
          const text = names.map((name) => oneLine(found.get(name) ?? '', LENGTHS[field as keyof typeof NAMES]));
          const best = text.find((each) => each !== '');
          return best === undefined ? [] : [[field, best]];
        }),
      ) as Partial<Omit<LinkPreview, 'url'>>;
      return said.title === undefined ? undefined : { ...said, title: said.title };
    },
  };
}
