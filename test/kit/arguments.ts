import { writeFileSync } from 'node:fs';
import { parseArgs, type ParseArgsConfig } from 'node:util';

type Options = NonNullable<ParseArgsConfig['options']>;

/** Flags of a script, `--json FILE` among them. A number that is none, or an unknown flag, is one sentence and exit 2. */
export function flags(args: readonly string[], options: Options): Flags {
  try {
    const all: Options = { ...options, json: { type: 'string' } };
    const values: Record<string, unknown> = parseArgs({ args: [...args], options: all, strict: true }).values;
    const text = (name: string): string | undefined => {
      const value = values[name];
      return typeof value === 'string' ? value : undefined;
    };
    return {
      text,
      number: (name, otherwise) => {
        const value = text(name);
        if (value === undefined) return otherwise;
        const number = Number(value.replaceAll('_', ''));
        if (!Number.isFinite(number) || number < 0) throw new UsageError(`--${name} takes a number, not "${value}".`);
        return number;
      },
      on: (name) => values[name] === true,
      numbers: (name, otherwise) => text(name)?.split(',').map(Number) ?? otherwise,
      json: (results) => {
        const file = text('json');
        if (file !== undefined) writeFileSync(file, `${JSON.stringify(results, undefined, 2)}\n`);
      },
    };
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

export interface Flags {
  text(name: string): string | undefined;
  number(name: string, otherwise: number): number;
  numbers(name: string, otherwise: readonly number[]): readonly number[];
  on(name: string): boolean;
  /** Writes the results to the file of `--json`, if it was given. */
  json(results: object): void;
}

export class UsageError extends Error {}

/** Runs a script to its exit status: false and exceptions are failures, a wrong usage is 2. */
export function script(main: () => Promise<boolean>): void {
  main().then(
    (ok) => process.exit(ok ? 0 : 1),
    (error: unknown) => {
      const usage = error instanceof UsageError;
      process.stderr.write(
        `${usage ? error.message : error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
      );
      process.exit(usage ? 2 : 1);
    },
  );
}
