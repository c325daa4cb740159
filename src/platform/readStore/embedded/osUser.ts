import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { StartError } from '../../lifecycle/startError.js';

/** Whom Postgres runs as. Postgres refuses root, so root needs another user. */
export interface OsUser {
  readonly uid: number;
  readonly gid: number;
}

/** Undefined for an ordinary user: Postgres runs as the server does. */
export function postgresUser(): OsUser | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const found = lookUp('postgres');
  if (found !== undefined) return found;
  try {
    execFileSync(
      'useradd',
      [
        '--system',
        '--user-group',
        '--no-create-home',
        '--home-dir',
        '/nonexistent',
        '--shell',
        '/usr/sbin/nologin',
        'postgres',
      ],
      {
        stdio: 'ignore',
      },
    );
  } catch {
    // A read-only /etc, or a system without useradd.
  }
  const user = lookUp('postgres') ?? lookUp('nobody');
  if (user === undefined)
    throw new StartError(
      'Postgres does not run as root and there is no user postgres or nobody to run it as; make one, or set DATABASE_URL.',
    );
  return user;
}

/** Whether the user can enter a folder, whatever lies above it. */
export function canEnter(folder: string, user: OsUser | undefined): boolean {
  return (
    spawnSync('/bin/sh', ['-c', 'cd -P -- "$1"', 'sh', folder], { cwd: '/', stdio: 'ignore', ...user }).status === 0
  );
}

function lookUp(name: string): OsUser | undefined {
  const line = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((candidate) => candidate.startsWith(`${name}:`));
  const [, , uid, gid] = line?.split(':') ?? [];
  return uid === undefined || gid === undefined ? undefined : { uid: Number(uid), gid: Number(gid) };
}
