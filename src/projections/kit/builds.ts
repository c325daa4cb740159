import { readFile } from 'node:fs/promises';
import pg from 'pg';
import { START, type Position } from '../../platform/eventStore/port.js';
import { StartError } from '../../platform/lifecycle/startError.js';
import { clientConfig } from '../../platform/readStore/pool.js';
import type { ReadStore } from '../../platform/readStore/port.js';
import type { Projection } from './projection.js';

/** One build of a projection: a Postgres schema of its own with its tables. */
export interface Build {
  readonly id: string;
  readonly build: number;
  readonly version: number;
  readonly schema: string;
  readonly position: Position;
  readonly active: boolean;
  /** The position of the event that it cannot apply, and the class of the error. */
  readonly parked: { readonly position: Position; readonly error: string } | null;
}

interface Row {
  id: string;
  build: number;
  version: number;
  schema_name: string;
  position: bigint;
  active: boolean;
  parked_position: bigint | null;
  parked_error: string | null;
}

type Db = Pick<pg.Pool, 'query'>;

export async function allBuilds(db: Db): Promise<readonly Build[]> {
  const { rows } = await db.query<Row>('SELECT * FROM projections ORDER BY id, build');
  return rows.map(buildOf);
}

export function buildOf(row: Row): Build {
  return {
    id: row.id,
    build: row.build,
    version: row.version,
    schema: row.schema_name,
    position: row.position as Position,
    active: row.active,
    parked:
      row.parked_position === null
        ? null
        : { position: row.parked_position as Position, error: row.parked_error ?? '' },
  };
}

export const UPKEEP = { use: 'upkeep' } as const;

/** Any number that no other advisory lock of ours uses: "proj". */
const BUILD_LOCK = 0x70726f6a;

/** Alone in making and switching builds, whatever the process. What an interrupted one left is dropped first. */
export async function whileBuilding<T>(readStore: ReadStore, fn: () => Promise<T>): Promise<T> {
  const session = new pg.Client(clientConfig(readStore.connectionString, 'parlance builds'));
  session.on('error', () => undefined);
  try {
    await session.connect();
    await session.query('SELECT pg_advisory_lock($1)', [BUILD_LOCK]);
    await readStore.transaction(async (tx) => {
      const { rows } = await tx.query<Row>('DELETE FROM projections WHERE NOT active RETURNING *');
      for (const { schema_name } of rows) await tx.query(`DROP SCHEMA IF EXISTS ${schema_name} CASCADE`);
    }, UPKEEP);
    return await fn();
  } finally {
    await session.end().catch(() => undefined);
  }
}

/** Makes an empty build in a schema of its own. In a transaction. */
export async function createBuild(tx: Db, projection: Projection): Promise<Build> {
  const { rows } = await tx.query<{ next: number }>(
    'SELECT coalesce(max(build), 0) + 1 AS next FROM projections WHERE id = $1',
    [projection.id],
  );
  const build = rows[0]?.next ?? 1;
  const schema = `${projection.id}_v${String(projection.version)}_b${String(build)}`;
  await createTables(tx, projection, schema);
  await tx.query(
    'INSERT INTO projections (id, build, version, schema_name, position, active) VALUES ($1, $2, $3, $4, $5, false)',
    [projection.id, build, projection.version, schema, START],
  );
  return {
    id: projection.id,
    build,
    version: projection.version,
    schema,
    position: START,
    active: false,
    parked: null,
  };
}

/** The projection's empty tables in a new schema. In a transaction. */
export async function createTables(tx: Db, projection: Projection, schema: string): Promise<void> {
  await tx.query(`CREATE SCHEMA ${schema}`);
  await tx.query(`SET LOCAL search_path TO ${schema}`);
  await tx.query(await readFile(projection.ddl, 'utf8'));
  await tx.query('SET LOCAL search_path TO public');
}

export async function tablesOf(db: Db, schema: string): Promise<readonly string[]> {
  const { rows } = await db.query<{ name: string }>(
    'SELECT tablename AS name FROM pg_tables WHERE schemaname = $1 ORDER BY 1',
    [schema],
  );
  return rows.map(({ name }) => name);
}

/**
 * Points the stable views at the build and drops the one that they showed before. In a transaction. Waits for readers of
 * the views less long than Postgres takes to find a deadlock, so that it is never a reader who loses: then it throws 55P03.
 */
export async function activate(tx: Db, build: Build): Promise<void> {
  await tx.query(`SET LOCAL lock_timeout = '500ms'`);
  const { rows } = await tx.query<Row>('SELECT * FROM projections WHERE id = $1 AND active', [build.id]);
  for (const table of await tablesOf(tx, build.schema)) {
    await tx.query(`DROP VIEW IF EXISTS public.${table}`);
    await tx.query(`CREATE VIEW public.${table} AS SELECT * FROM ${build.schema}.${table}`);
  }
  for (const old of rows) {
    await tx.query('DELETE FROM projections WHERE id = $1 AND build = $2', [old.id, old.build]);
    await tx.query(`DROP SCHEMA ${old.schema_name} CASCADE`);
  }
  await tx.query('UPDATE projections SET active = true WHERE id = $1 AND build = $2', [build.id, build.build]);
}

/** Refuses a read model of another log; binds a new one to this. @throws StartError */
export async function bindToLog(db: Db, logId: string): Promise<void> {
  await db.query('INSERT INTO read_model (log_id) VALUES ($1) ON CONFLICT DO NOTHING', [logId]);
  const { rows } = await db.query<{ log_id: string }>('SELECT log_id FROM read_model');
  if (rows[0]?.log_id !== logId)
    throw new StartError(
      'The read model in this database was made from another event log: use the event store it belongs to, or an empty database.',
    );
}

/** Statistics for the readers' plans, which the engine itself gathers only a minute after many rows came. */
export async function refreshStatistics(db: Db): Promise<void> {
  for (const { schema, active } of await allBuilds(db)) {
    if (active) for (const table of await tablesOf(db, schema)) await db.query(`ANALYZE ${schema}.${table}`);
  }
}
