import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync, readFileSync } from 'node:fs';
import path from 'node:path';
import pg from 'pg';
import type { TestProject } from 'vitest/node';
import { silentLogger } from '../../src/platform/observability/logger.js';
import { embeddedServer } from '../../src/platform/readStore/embedded/server.js';
import { isAlive } from '../../src/platform/readStore/embedded/process.js';
import { migrate } from '../../src/platform/readStore/migrate.js';
import { createPool } from '../../src/platform/readStore/pool.js';

declare module 'vitest' {
  export interface ProvidedContext {
    readonly postgresUrl: string;
  }
}

const folder = '/tmp/parlance-tests';
/** Speed over durability: nothing here outlives the run. */
const settings = {
  fsync: 'off',
  full_page_writes: 'off',
  synchronous_commit: 'off',
  max_connections: '200',
  shared_buffers: '128MB',
};

/** One embedded server for the whole run, with a migrated database that every test database is a copy of. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  mkdirSync(folder, { recursive: true, mode: 0o755 });
  await removeLeftovers();
  const dataDir = mkdtempSync(path.join(folder, 'run-'));
  chmodSync(dataDir, 0o755);
  writeFileSync(path.join(dataDir, 'owner'), String(process.pid));
  const server = embeddedServer({ dataDir, logger: silentLogger, settings });
  await server.ensure();
  const admin = new pg.Client(server.connectionString);
  await admin.connect();
  await admin.query('CREATE DATABASE parlance_template');
  await admin.end();
  const pool = createPool(withDatabase(server.connectionString, 'parlance_template'), { max: 1 });
  await migrate(pool);
  await pool.end();
  project.provide('postgresUrl', server.connectionString);
  return async () => {
    await server.stop();
    rmSync(dataDir, { recursive: true, force: true });
  };
}

export function withDatabase(url: string, database: string): string {
  return url.replace(/\/\w+\?/, `/${database}?`);
}

/** A run that was killed leaves its server behind. */
async function removeLeftovers(): Promise<void> {
  for (const name of readdirSync(folder).filter((entry) => entry.startsWith('run-'))) {
    const dataDir = path.join(folder, name);
    const owner = Number(readOwner(dataDir));
    if (owner > 0 && isAlive(owner)) continue;
    await embeddedServer({ dataDir, logger: silentLogger }).stop();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

function readOwner(dataDir: string): string {
  try {
    return readFileSync(path.join(dataDir, 'owner'), 'utf8');
  } catch {
    return '0';
  }
}
