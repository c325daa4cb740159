import { parseString } from 'whatsapp-chat-parser';
import { normaliseHeader, withoutMarks } from './locales.js';

/** One message of an export. `line` counts from 1; `key` is the raw text that names it, `at` is in milliseconds. */
export interface ExportedMessage {
  readonly line: number;
  readonly key: string;
  readonly author: string;
  readonly at: number;
  readonly text: string;
}

export interface UnreadableLine {
  readonly line: number;
  readonly reason: 'before_the_first_message' | 'no_such_date' | 'empty' | 'too_long' | 'malformed_text';
}

export interface ParsedExport {
  readonly messages: readonly ExportedMessage[];
  /** Distinct authors in order of appearance. */
  readonly authors: readonly string[];
  /** Lines that WhatsApp wrote itself ("end-to-end encrypted"): no message, nothing lost. */
  readonly notices: number;
  readonly unreadable: readonly UnreadableLine[];
}

export interface ParseOptions {
  /** Order of day and month; found out from the whole file when absent. */
  readonly daysFirst?: boolean;
}

const maxTextLength = 65_536;

/**
 * Reads a WhatsApp "export chat" text. Times are wall-clock times of the process's time zone, since an export names none.
 * The parser joins every line that begins no message to the message before it, so nothing but a damaged beginning is lost.
 */
export function parseExport(file: string, options: ParseOptions = {}): ParsedExport {
  const lines = file
    .replace(/^\uFEFF/, '')
    .split(/\r\n|\r|\n/)
    .map(normaliseHeader);
  const starts = lines.flatMap((line, index) => (parseString(line, { daysFirst: true }).length > 0 ? [index] : []));
  const daysFirst = options.daysFirst;
  const parsed = parseString(lines.join('\n'), daysFirst === undefined ? {} : { daysFirst });

  const messages: ExportedMessage[] = [];
  const unreadable: UnreadableLine[] = [];
  let notices = 0;
  for (const [index, line] of lines.slice(0, starts[0] ?? lines.length).entries()) {
    if (line.trim() !== '') unreadable.push({ line: index + 1, reason: 'before_the_first_message' });
  }
  for (const [index, message] of parsed.entries()) {
    const start = starts[index] ?? 0;
    const end = starts[index + 1] ?? lines.length;
    const author = message.author === null ? '' : withoutMarks(message.author).trim();
    if (author === '') {
      notices += 1;
      continue;
    }
    const text = message.message.replace(/\s+$/, '');
    const reason = problemOf(lines[start] ?? '', message.date, text);
    if (reason !== null) {
      unreadable.push({ line: start + 1, reason });
      continue;
    }
    messages.push({
      line: start + 1,
      key: lines.slice(start, end).join('\n').trimEnd(),
      author,
      at: message.date.getTime(),
      text,
    });
  }
  return { messages, authors: [...new Set(messages.map((message) => message.author))], notices, unreadable };
}

function problemOf(line: string, date: Date, text: string): UnreadableLine['reason'] | null {
  if (Number.isNaN(date.getTime()) || rolledOver(line, date)) return 'no_such_date';
  if (withoutMarks(text).trim() === '') return 'empty';
  if (text.length > maxTextLength) return 'too_long';
  return text.includes('\0') || !text.isWellFormed() ? 'malformed_text' : null;
}

/** `new Date(2024, 1, 31)` is a day in March: the numbers of the line must be those of the date. */
function rolledOver(line: string, date: Date): boolean {
  const numbers = (/\d{1,4}[-/.]\s?\d{1,4}[-/.]\s?\d{1,4}/.exec(line)?.[0] ?? '').split(/[-/.]\s?/).map(Number);
  return !numbers.includes(date.getDate()) || !numbers.includes(date.getMonth() + 1);
}
