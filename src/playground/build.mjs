import { build } from 'esbuild';
import { copyFileSync, mkdirSync } from 'node:fs';
import path from 'node:path';

/** Bundles GraphiQL with its editor's workers from npm to `<root>/dist/playground`: no file comes from anywhere else. */
export async function buildPlayground(root) {
  const source = path.join(root, 'src', 'playground');
  const outdir = path.join(root, 'dist', 'playground');
  mkdirSync(outdir, { recursive: true });
  await build({
    absWorkingDir: root,
    entryPoints: {
      app: path.join(source, 'app.js'),
      'editor.worker': 'monaco-editor/esm/vs/editor/editor.worker.js',
      'json.worker': 'monaco-editor/esm/vs/language/json/json.worker.js',
      'graphql.worker': 'monaco-graphql/esm/graphql.worker.js',
    },
    outdir,
    chunkNames: 'chunks/[name]-[hash]',
    bundle: true,
    splitting: true,
    minify: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    define: { 'process.env.NODE_ENV': '"production"' },
    loader: { '.ttf': 'file', '.woff': 'file', '.woff2': 'file' },
    // Monaco and React bring directives that only servers read.
    logOverride: { 'ignored-bare-import': 'silent' },
    logLevel: 'warning',
  });
  copyFileSync(path.join(source, 'index.html'), path.join(outdir, 'index.html'));
}
