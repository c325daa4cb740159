// Bundles every entry point to dist/ with the folder structure kept: src/main/all.ts -> dist/src/main/all.js.
import { build } from 'esbuild';
import { globSync, rmSync } from 'node:fs';
import path from 'node:path';
import { buildPlayground } from '../src/playground/build.mjs';

const root = path.resolve(import.meta.dirname, '..');
const patterns = ['src/main/*.ts', 'bench/*.ts', 'test/chaos/*.ts', 'test/wireDouble/main.ts'];
const entryPoints = patterns
  .flatMap((pattern) => globSync(pattern, { cwd: root }))
  .filter((file) => !file.endsWith('.test.ts') && !file.endsWith('.d.ts'))
  .sort();

if (entryPoints.length === 0) {
  process.stderr.write('build: there is no entry point yet\n');
} else {
  rmSync(path.join(root, 'dist'), { recursive: true, force: true });
  await build({
    absWorkingDir: root,
    entryPoints,
    outbase: '.',
    outdir: 'dist',
    chunkNames: 'chunks/[name]-[hash]',
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    packages: 'external',
    sourcemap: true,
    tsconfig: 'tsconfig.json',
    logLevel: 'warning',
  });
  await buildPlayground(root);
}
