import { spawnSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { StartError } from '../../lifecycle/startError.js';
import type { Binaries } from './binaries.js';
import { reasonOf, type Layout } from './layout.js';
import { explainLog } from './log.js';
import { isAlive } from './process.js';

/** Fit for a small machine. Written at every start; what stands after the include in postgresql.conf wins. */
const tuning: Readonly<Record<string, string>> = {
  max_connections: '60',
  shared_buffers: '256MB',
  work_mem: '8MB',
  maintenance_work_mem: '64MB',
  effective_cache_size: '1GB',
  max_wal_size: '2GB',
  min_wal_size: '128MB',
  checkpoint_timeout: '10min',
  wal_compression: 'on',
  wal_buffers: '16MB',
  random_page_cost: '1.1',
  jit: 'off',
  max_parallel_workers_per_gather: '0',
  max_wal_senders: '0',
  wal_level: 'minimal',
  autovacuum: 'on',
  autovacuum_naptime: '20s',
  autovacuum_vacuum_insert_scale_factor: '0.1',
  log_timezone: 'UTC',
  timezone: 'UTC',
  // Statements carry personal fields: neither they nor their parameters belong in a log.
  log_min_error_statement: 'panic',
  log_parameter_max_length_on_error: '0',
  log_checkpoints: 'off',
};

/** What the promises rest on: given on the command line, so that no file can turn it off. */
export function heldSettings(layout: Layout): Readonly<Record<string, string>> {
  return {
    fsync: 'on',
    full_page_writes: 'on',
    synchronous_commit: 'on',
    listen_addresses: '',
    unix_socket_directories: layout.socketDir,
    logging_collector: 'off',
  };
}

/** Postgres needs nothing of our environment, and PG* variables would lead it astray. */
export const cleanEnvironment: NodeJS.ProcessEnv = { PATH: '/usr/local/bin:/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' };

export function clusterExists(layout: Layout): boolean {
  return existsSync(path.join(layout.cluster, 'PG_VERSION'));
}

/** initdb under another name, then a rename: a kill in between leaves no half-made cluster. */
export function createCluster(layout: Layout, binaries: Binaries): void {
  const parent = path.dirname(layout.cluster);
  const prefix = `${path.basename(layout.cluster)}.initdb-`;
  const fresh = path.join(parent, `${prefix}${String(process.pid)}`);
  try {
    for (const left of readdirSync(parent).filter((entry) => entry.startsWith(prefix))) {
      const pid = Number(left.slice(prefix.length));
      if (!isAlive(pid) || pid === process.pid) rmSync(path.join(parent, left), { recursive: true, force: true });
    }
    mkdirSync(fresh, { mode: 0o700 });
    if (layout.user !== undefined) chownSync(fresh, layout.user.uid, layout.user.gid);
  } catch (cause) {
    throw new StartError(`The database cannot be made in ${parent}: ${reasonOf(cause)}.`, { cause });
  }
  const run = spawnSync(
    binaries.initdb,
    [
      '-D',
      fresh,
      '-U',
      'postgres',
      '-E',
      'UTF8',
      '--locale=C',
      '--locale-provider=builtin',
      '--builtin-locale=C.UTF-8',
      '--data-checksums',
      '--auth-local=trust',
      '--auth-host=reject',
      '--no-instructions',
    ],
    { cwd: '/', env: cleanEnvironment, encoding: 'utf8', ...layout.user },
  );
  if (run.status !== 0) {
    rmSync(fresh, { recursive: true, force: true });
    throw new StartError(
      `The database cannot be made in ${parent}: ${explainLog(run.stderr || run.error?.message || '')}.`,
    );
  }
  appendFileSync(path.join(fresh, 'postgresql.conf'), "\ninclude_if_exists = 'parlance.conf'\n");
  try {
    renameSync(fresh, layout.cluster);
  } catch (cause) {
    rmSync(fresh, { recursive: true, force: true });
    if (!clusterExists(layout))
      throw new StartError(`The database cannot be made in ${layout.cluster}: ${reasonOf(cause)}.`, { cause });
  }
}

export function writeTuning(layout: Layout): void {
  const file = path.join(layout.cluster, 'parlance.conf');
  const lines = Object.entries(tuning).map(([name, value]) => `${name} = '${value}'`);
  try {
    writeFileSync(
      file,
      `# Written at every start: change postgresql.conf instead, below the include.\n${lines.join('\n')}\n`,
    );
    chmodSync(file, 0o600);
    if (layout.user !== undefined) chownSync(file, layout.user.uid, layout.user.gid);
  } catch (cause) {
    throw new StartError(`The database in ${layout.cluster} cannot be written: ${reasonOf(cause)}.`, { cause });
  }
}
