import type pg from 'pg';
import { json } from './naiveConversation.js';
import { KEYS, type Row } from './naiveFold.js';

export interface Differences {
  readonly rows: number;
  readonly differences: number;
  /** The first few, for people: table, key and columns, no contents. */
  readonly examples: readonly string[];
}

const EXAMPLES = 3;
const FETCH = 2_000;

/** Rows that are not in both tables, counted by Postgres. */
export async function compareTables(
  db: pg.PoolClient,
  table: string,
  one: string,
  other: string,
): Promise<Differences> {
  const key = keyOf(table).join(', ');
  const { rows } = await db.query<{ key: string; total: bigint }>(
    `SELECT key, count(*) OVER () AS total FROM (
       SELECT concat_ws(' ', ${key}) AS key FROM ((TABLE ${one}.${table} EXCEPT ALL TABLE ${other}.${table})
         UNION ALL (TABLE ${other}.${table} EXCEPT ALL TABLE ${one}.${table})) difference) keys LIMIT ${EXAMPLES}`,
  );
  const count = await db.query<{ rows: bigint }>(`SELECT count(*) AS rows FROM ${one}.${table}`);
  return {
    rows: Number(count.rows[0]?.rows ?? 0),
    differences: Number(rows[0]?.total ?? 0),
    examples: rows.map((row) => `${table} ${row.key}: the row differs`),
  };
}

/** Rows that differ from the expected ones, or that only one side has. */
export async function compareWith(
  db: pg.PoolClient,
  table: string,
  schema: string,
  expected: ReadonlyMap<string, Row>,
): Promise<Differences> {
  const key = keyOf(table);
  const unseen = new Set(expected.keys());
  const examples: string[] = [];
  let rows = 0;
  let differences = 0;
  const differs = (what: string): void => {
    differences += 1;
    if (examples.length < EXAMPLES) examples.push(`${table} ${what}`);
  };
  await db.query(`DECLARE compared NO SCROLL CURSOR FOR SELECT * FROM ${schema}.${table}`);
  for (;;) {
    const page = await db.query<Record<string, unknown>>(`FETCH ${FETCH} FROM compared`);
    for (const raw of page.rows) {
      const row = plain(raw);
      const id = key.map((column) => row[column]).join(' ');
      const wanted = expected.get(id);
      unseen.delete(id);
      rows += 1;
      if (wanted === undefined) differs(`${id}: no event accounts for the row`);
      else {
        const columns = [...new Set([...Object.keys(row), ...Object.keys(wanted)])].filter(
          (column) => row[column] !== wanted[column],
        );
        if (columns.length > 0) differs(`${id}: ${columns.join(', ')}`);
      }
    }
    if (page.rows.length < FETCH) break;
  }
  await db.query('CLOSE compared');
  for (const id of unseen) differs(`${id}: the row is missing`);
  return { rows, differences, examples };
}

function keyOf(table: string): readonly string[] {
  const key = KEYS[table];
  if (key === undefined) throw new Error(`the naive fold knows no table ${table}`);
  return key;
}

function plain(raw: Record<string, unknown>): Row {
  return Object.fromEntries(Object.entries(raw).map(([column, value]) => [column, plainValue(value)]));
}

function plainValue(value: unknown): string | number | boolean | null {
  if (value instanceof Date) return value.getTime();
  if (typeof value === 'bigint') return String(value);
  if (Buffer.isBuffer(value)) return value.toString('base64');
  if (typeof value === 'object' && value !== null) return json(value);
  return value as string | number | boolean | null;
}
