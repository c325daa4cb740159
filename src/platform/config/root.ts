import { existsSync } from 'node:fs';
import path from 'node:path';

/** The folder of package.json, from the sources as well as from the bundles in dist/. */
export const projectRoot: string = findRoot(import.meta.dirname);

function findRoot(from: string): string {
  for (let dir = from; ; dir = path.dirname(dir)) {
    if (existsSync(path.join(dir, 'package.json')) && existsSync(path.join(dir, 'schema'))) return dir;
    if (dir === path.dirname(dir)) throw new Error(`no package.json above ${from}`);
  }
}
