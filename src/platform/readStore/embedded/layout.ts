import { createHash, randomBytes } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readlinkSync,
  realpathSync,
  rmdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { StartError } from '../../lifecycle/startError.js';
import { systemFolder } from './binaries.js';
import { canEnter, postgresUser, type OsUser } from './osUser.js';

/** Where everything of one embedded server lies. */
export interface Layout {
  readonly dataDir: string;
  /** The real path of the cluster, the same for every start on the same data. It may not exist yet. */
  readonly cluster: string;
  readonly logFile: string;
  readonly socketDir: string;
  readonly user: OsUser | undefined;
}

/** DATA_DIR as a real path; made when absent. @throws StartError when it cannot be written. */
export function prepareDataDir(dataDir: string): string {
  try {
    mkdirSync(dataDir, { recursive: true });
    const real = realpathSync(dataDir);
    const probe = path.join(real, `.probe-${String(process.pid)}`);
    writeFileSync(probe, 'probe');
    rmSync(probe);
    return real;
  } catch (cause) {
    throw new StartError(`DATA_DIR (${path.resolve(dataDir)}) cannot be written: ${reasonOf(cause)}.`, { cause });
  }
}

export function layoutOf(dataDirOption: string): Layout {
  const dataDir = prepareDataDir(dataDirOption);
  const own = postgresUser();
  const cluster = clusterOf(dataDir, own);
  const user = userOf(cluster, own);
  return { dataDir, cluster, logFile: path.join(dataDir, 'postgres.log'), socketDir: socketDirOf(cluster), user };
}

/**
 * The same for every user, since each may look for the other's server: in /tmp, because the address of a socket holds
 * 107 bytes only; beside the cluster on a machine whose /tmp is not for everybody.
 */
function socketDirOf(cluster: string): string {
  const beside = `${cluster}.socket`;
  const isPublic = ((statSync('/tmp', { throwIfNoEntry: false })?.mode ?? 0) & 0o003) === 0o003;
  if (!isPublic && Buffer.byteLength(beside) <= 90) return beside;
  return `/tmp/parlance-${createHash('sha256').update(cluster).digest('hex').slice(0, 16)}`;
}

/**
 * DATA_DIR/postgres, or what it links to. The link's target carries a random part: whoever deletes DATA_DIR and starts
 * again expects an empty server, not the old one under the same name.
 */
function clusterOf(dataDir: string, user: OsUser | undefined): string {
  const link = path.join(dataDir, 'postgres');
  const found = lstatSync(link, { throwIfNoEntry: false });
  if (found?.isSymbolicLink() === true) {
    const target = path.resolve(dataDir, readlinkSync(link));
    return existsSync(target) ? realpathSync(target) : target;
  }
  if (found !== undefined || canEnter(dataDir, user)) return link;
  const hash = createHash('sha256').update(dataDir).digest('hex').slice(0, 12);
  const target = path.join(systemFolder, `${hash}-${randomBytes(4).toString('hex')}`);
  mkdirSync(systemFolder, { recursive: true, mode: 0o755 });
  symlinkSync(target, link);
  return target;
}

/** An existing cluster runs as its owner: root may start what an ordinary user has made. */
function userOf(cluster: string, own: OsUser | undefined): OsUser | undefined {
  const stat = statSync(cluster, { throwIfNoEntry: false });
  if (stat === undefined) return own;
  if (own === undefined) {
    if (stat.uid === process.getuid?.()) return undefined;
    throw new StartError(
      `The data in ${cluster} belong to another user (uid ${String(stat.uid)}); start as that user or as root.`,
    );
  }
  if (stat.uid === 0) return own;
  const owner = { uid: stat.uid, gid: stat.gid };
  if (!canEnter(cluster, owner))
    throw new StartError(
      `The owner of ${cluster} (uid ${String(stat.uid)}) cannot enter it; allow entering (chmod o+x) the folders above it.`,
    );
  return owner;
}

/** The folder of the socket: only Postgres' user (and root) may connect. /tmp is everybody's, so nothing there is trusted. */
export function prepareSocketDir(layout: Layout): void {
  const uid = layout.user?.uid ?? process.getuid?.() ?? 0;
  try {
    mkdirSync(layout.socketDir, { mode: 0o700 });
    if (layout.user !== undefined) chownSync(layout.socketDir, layout.user.uid, layout.user.gid);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'EEXIST')
      throw new StartError(`The folder of Postgres' socket (${layout.socketDir}) cannot be made: ${reasonOf(cause)}.`, {
        cause,
      });
  }
  const stat = lstatSync(layout.socketDir);
  // A start killed between mkdir and chown leaves it to root.
  if (stat.isDirectory() && stat.uid === 0 && layout.user !== undefined)
    chownSync(layout.socketDir, layout.user.uid, layout.user.gid);
  else if (!stat.isDirectory() || stat.uid !== uid)
    throw new StartError(`The folder of Postgres' socket (${layout.socketDir}) belongs to somebody else; remove it.`);
  chmodSync(layout.socketDir, 0o700);
}

export function removeSocketDir(layout: Layout): void {
  try {
    rmdirSync(layout.socketDir);
  } catch {
    // Another start uses it already.
  }
}

export function connectionStringOf(layout: Layout, database: string): string {
  return `postgres://postgres@localhost/${database}?host=${layout.socketDir}`;
}

/** A system error in words for whoever runs the server. */
export function reasonOf(error: unknown): string {
  const code = (error as NodeJS.ErrnoException | undefined)?.code;
  switch (code) {
    case 'EACCES':
    case 'EPERM':
      return 'permission denied';
    case 'EROFS':
      return 'the file system is read-only';
    case 'ENOSPC':
    case 'EDQUOT':
      return 'the disk is full';
    case 'ENOTDIR':
    case 'EEXIST':
      return 'a file is in the way';
    default:
      return code ?? 'unknown reason';
  }
}
