import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type pg from 'pg';
import { projectRoot } from '../config/root.js';
import { StartError } from '../lifecycle/startError.js';

/** Any number that no other advisory lock of ours uses: "pmig". */
const lock = 0x706d6967;

export interface Migration {
  readonly name: string;
  readonly sql: string;
}

/** schema/sql/NNNN_<what>.sql in order. The folder's sub-folders are not migrations. */
export function migrationsOf(folder = path.join(projectRoot, 'schema', 'sql')): readonly Migration[] {
  return readdirSync(folder)
    .filter((file) => /^\d{4}_\w+\.sql$/.test(file))
    .sort()
    .map((file) => ({ name: file.slice(0, -'.sql'.length), sql: readFileSync(path.join(folder, file), 'utf8') }));
}

/**
 * Applies what is missing, each migration in its own transaction, one process at a time. Returns the names applied.
 * Refuses a database that a newer release has migrated, or where an applied migration had other contents.
 */
export async function migrate(
  pool: pg.Pool,
  migrations: readonly Migration[] = migrationsOf(),
): Promise<readonly string[]> {
  const client = await pool.connect();
  try {
    await client.query('SELECT pg_advisory_lock($1)', [lock]);
    await client.query(
      'CREATE TABLE IF NOT EXISTS schema_migrations (name text PRIMARY KEY, checksum text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())',
    );
    const rows = (
      await client.query<{ name: string; checksum: string }>('SELECT name, checksum FROM schema_migrations')
    ).rows;
    const applied = new Map(rows.map((row) => [row.name, row.checksum]));
    refuseUnknown(applied, migrations);
    const done: string[] = [];
    for (const migration of migrations) {
      const checksum = createHash('sha256').update(migration.sql).digest('hex');
      const before = applied.get(migration.name);
      if (before === checksum) continue;
      if (before !== undefined)
        throw new StartError(
          `The database was migrated with another ${migration.name}.sql than this release has; migrations never change.`,
        );
      await apply(client, migration, checksum);
      done.push(migration.name);
    }
    return done;
  } finally {
    // Closing the session gives the lock back whatever state the session is in.
    client.release(true);
  }
}

async function apply(client: pg.PoolClient, migration: Migration, checksum: string): Promise<void> {
  await client.query('BEGIN');
  await client.query(migration.sql);
  await client.query('INSERT INTO schema_migrations (name, checksum) VALUES ($1, $2)', [migration.name, checksum]);
  await client.query('COMMIT');
}

function refuseUnknown(applied: ReadonlyMap<string, string>, migrations: readonly Migration[]): void {
  const known = new Set(migrations.map((migration) => migration.name));
  for (const name of applied.keys()) {
    if (!known.has(name))
      throw new StartError(
        `The database was migrated by a newer release (it has ${name}); start that release instead.`,
      );
  }
}
