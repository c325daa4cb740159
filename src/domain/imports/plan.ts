import { createHash } from 'node:crypto';
import type { ExportedMessage, ParsedExport } from './parse.js';

/** Who wrote: the importing user, or the one other author of a direct conversation. */
export interface ImportPlan {
  readonly me: string;
  readonly other: string;
  readonly sends: readonly PlannedSend[];
}

export interface PlannedSend {
  readonly byMe: boolean;
  readonly clientId: string;
  readonly at: number;
  readonly text: string;
  readonly line: number;
}

export type PlanProblem =
  | { readonly code: 'no_messages' }
  | { readonly code: 'not_two_authors'; readonly authors: readonly string[] }
  | { readonly code: 'unknown_author'; readonly name: string; readonly authors: readonly string[] };

/**
 * @param meName the author in the file who imports it; by default the first one who is not `otherName`.
 */
export function planImport(
  parsed: ParsedExport,
  names: { readonly meName?: string; readonly otherName?: string },
): ImportPlan | PlanProblem {
  const { authors } = parsed;
  const [first, second] = authors;
  if (first === undefined) return { code: 'no_messages' };
  if (second === undefined || authors.length > 2) return { code: 'not_two_authors', authors };
  for (const name of [names.meName, names.otherName]) {
    if (name !== undefined && !authors.includes(name)) return { code: 'unknown_author', name, authors };
  }
  const me = names.meName ?? (names.otherName === first ? second : first);
  const other = me === first ? second : first;
  return { me, other, sends: planSends(parsed.messages, me) };
}

function planSends(messages: readonly ExportedMessage[], me: string): PlannedSend[] {
  const seen = new Map<string, number>();
  return messages.map((message) => {
    const ordinal = seen.get(message.key) ?? 0;
    seen.set(message.key, ordinal + 1);
    const { at, text, line } = message;
    return { byMe: message.author === me, clientId: clientIdOf(message.key, ordinal), at, text, line };
  });
}

/**
 * The same line gets the same id in every export of this chat, a later and longer one too: identical messages of one
 * minute are told apart by their order.
 */
function clientIdOf(key: string, ordinal: number): string {
  return `import-${createHash('sha256')
    .update(`${String(ordinal)}\n${key}`)
    .digest('hex')
    .slice(0, 32)}`;
}
