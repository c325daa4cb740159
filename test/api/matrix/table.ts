import { ROLES, type Role } from './world.js';

export type Row = readonly [head: string, on: string, outcomes: Readonly<Record<Role, string>>];

/** A table of Markdown, as the formatter would have it. */
export function markdown(head: readonly [string, string], rows: readonly Row[]): string {
  const cells = [
    [...head, ...ROLES],
    ...rows.map(([name, on, outcomes]) => [name, on, ...ROLES.map((role) => outcomes[role])]),
  ];
  const widths = cells[0]!.map((_, column) => Math.max(...cells.map((row) => row[column]!.length)));
  const line = (row: readonly string[]): string =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column]!)).join(' | ')} |`;
  const [first, ...others] = cells;
  return [line(first!), `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`, ...others.map(line)].join('\n');
}

const marks = (name: string): readonly [string, string] => [`<!-- ${name} -->`, `<!-- end of ${name} -->`];

/** What stands between a document's marks of that name. */
export function section(document: string, name: string): string {
  const [start, end] = marks(name);
  return (document.split(start)[1] ?? '').split(end)[0]!.trim();
}

export function withSection(document: string, name: string, text: string): string {
  const [start, end] = marks(name);
  const [before = '', rest = ''] = document.split(start);
  return `${before}${start}\n\n${text}\n\n${end}${rest.split(end)[1] ?? ''}`;
}
