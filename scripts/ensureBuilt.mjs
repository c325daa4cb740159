// Builds dist/ only when a source is newer: a running server keeps the files that it may still load lazily.
import { existsSync, globSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '..');
const stamp = path.join(root, 'dist', '.built');

function newest() {
  const sources = globSync(
    ['src/**/*', 'bench/**/*', 'test/**/*.ts', 'scripts/*', 'package-lock.json', 'tsconfig.json'],
    {
      cwd: root,
    },
  );
  return Math.max(...sources.map((file) => statSync(path.join(root, file)).mtimeMs));
}

if (!existsSync(stamp) || statSync(stamp).mtimeMs < newest()) {
  await import('./build.mjs');
  if (existsSync(path.dirname(stamp))) writeFileSync(stamp, '');
}
