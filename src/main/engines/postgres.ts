import { randomBytes } from 'node:crypto';
import { chownSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import pg from 'pg';
import { binariesFor } from '../../platform/readStore/embedded/binaries.js';
import { clusterExists, createCluster, writeTuning } from '../../platform/readStore/embedded/cluster.js';
import { layoutOf, prepareSocketDir } from '../../platform/readStore/embedded/layout.js';
import { clearMisleadingPids, spawnPostmaster } from '../../platform/readStore/embedded/postmaster.js';
import type { Engine, Site } from './engine.js';
import { logOf } from './tools.js';

const OWNER = 'parlance';

/** The PostgreSQL that comes with the packages, as a server for several nodes: over TCP, with a password. */
export const postgres: Engine = {
  name: 'postgres',
  startBoundMs: 60_000,
  stopSignal: 'SIGINT',
  install: () => Promise.resolve(),
  async start(site) {
    const layout = { ...layoutOf(site.folder), logFile: logOf(site) };
    const binaries = binariesFor(layout.user, layout.dataDir);
    if (!clusterExists(layout)) createCluster(layout, binaries);
    const rules = path.join(layout.cluster, 'pg_hba.conf');
    writeFileSync(rules, 'local all all trust\nhost all all 127.0.0.1/32 scram-sha-256\n', { mode: 0o600 });
    if (layout.user !== undefined) chownSync(rules, layout.user.uid, layout.user.gid);
    prepareSocketDir(layout);
    clearMisleadingPids(layout);
    writeTuning(layout);
    const { pid } = spawnPostmaster(layout, binaries.postgres, {
      listen_addresses: '127.0.0.1',
      port: String(site.port),
      max_connections: '200',
    });
    return { pid, env: { DATABASE_URL: `postgres://${OWNER}:${password(site)}@127.0.0.1:${site.port}/${OWNER}` } };
  },
  async answers(site) {
    const { socketDir } = layoutOf(site.folder);
    const client = new pg.Client({ host: socketDir, port: site.port, user: 'postgres', database: 'postgres' });
    client.on('error', () => undefined);
    try {
      await client.connect();
      const { rowCount } = await client.query('SELECT FROM pg_roles WHERE rolname = $1', [OWNER]);
      // Twice is not an error: only we start it.
      if (rowCount === 0) await client.query(`CREATE ROLE ${OWNER} SUPERUSER LOGIN PASSWORD '${password(site)}'`);
      const { rowCount: made } = await client.query('SELECT FROM pg_database WHERE datname = $1', [OWNER]);
      if (made === 0) await client.query(`CREATE DATABASE ${OWNER} OWNER ${OWNER}`);
      return true;
    } catch {
      return false;
    } finally {
      await client.end().catch(() => undefined);
    }
  },
};

/** Made at the first start, and kept beside the data. */
function password({ folder }: Site): string {
  const file = path.join(folder, 'password');
  if (!existsSync(file)) writeFileSync(file, randomBytes(16).toString('hex'), { mode: 0o600 });
  return readFileSync(file, 'utf8').trim();
}
