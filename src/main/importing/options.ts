import { parseArgs } from 'node:util';
import { StartError } from '../../platform/lifecycle/index.js';

export interface ImportOptions {
  readonly file: string;
  readonly me: string;
  readonly meName?: string;
  /** The other author: name in the file, and number. */
  readonly author?: { readonly name: string; readonly phone: string };
  readonly daysFirst?: boolean;
  readonly timeZone?: string;
  readonly json?: string;
}

const usage =
  'npm run import -- chat.txt --me +41791234567 [--me-name "Anna"] [--author "Bob=+41781234567"]\n' +
  '    [--time-zone Europe/Zurich] [--days-first | --months-first] [--json FILE]';

/** @throws StartError for what is missing or wrong. */
export function importOptions(args: readonly string[]): ImportOptions {
  const { values, positionals } = parsed(args);
  const [file, more] = positionals;
  if (file === undefined || more !== undefined) throw new StartError(`name one file\n${usage}`);
  if (values.me === undefined) throw new StartError(`--me says whose account imports, by its number\n${usage}`);
  const timeZone = values['time-zone'];
  if (timeZone !== undefined && !isTimeZone(timeZone)) throw new StartError(`--time-zone: there is no ${timeZone}`);
  if (values['days-first'] && values['months-first'])
    throw new StartError('--days-first and --months-first exclude each other');
  return {
    file,
    me: values.me,
    ...(values['me-name'] !== undefined && { meName: values['me-name'] }),
    ...(values.author !== undefined && { author: authorOf(values.author) }),
    ...(timeZone !== undefined && { timeZone }),
    ...((values['days-first'] ?? values['months-first']) && { daysFirst: values['days-first'] === true }),
    ...(values.json !== undefined && { json: values.json }),
  };
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        me: { type: 'string' },
        'me-name': { type: 'string' },
        author: { type: 'string' },
        'time-zone': { type: 'string' },
        'days-first': { type: 'boolean' },
        'months-first': { type: 'boolean' },
        json: { type: 'string' },
      },
    });
  } catch (error) {
    throw new StartError(`${error instanceof Error ? error.message : String(error)}\n${usage}`);
  }
}

function authorOf(given: string): { name: string; phone: string } {
  const equals = given.lastIndexOf('=');
  if (equals < 1) throw new StartError('--author is "NAME=NUMBER", the name as it stands in the file');
  return { name: given.slice(0, equals).trim(), phone: given.slice(equals + 1).trim() };
}

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}
