import { REDIS_ENTRIES } from './keys.js';

/** The entries as a table in Markdown, laid out as the formatter does. */
export function redisTable(): string {
  const rows = [
    ['name in Redis', 'holds', 'what', 'TTL', 'ended earlier by', 'when it is lost'],
    ...REDIS_ENTRIES.map((entry) => [
      `\`${entry.pattern}\``,
      entry.holds,
      entry.what,
      entry.ttl,
      entry.invalidatedBy,
      entry.loss,
    ]),
  ];
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |\n`;
  const [head, ...body] = rows.map((row) => line(row.map((cell, column) => cell.padEnd(widths[column]!))));
  return [head, line(widths.map((width) => '-'.repeat(width))), ...body].join('');
}

const BEGIN = '<!-- the table: begin -->\n\n';
const END = '\n<!-- the table: end -->';

/** The page with the table as it is now. */
export function withRedisTable(page: string): string {
  const [from, to] = [page.indexOf(BEGIN), page.indexOf(END)];
  if (from < 0 || to < from) throw new Error('the page has lost the marks around its table');
  return page.slice(0, from + BEGIN.length) + redisTable() + page.slice(to);
}
