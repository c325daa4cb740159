// Writes what is emitted from the sources; with --check it writes nothing and fails when a committed file is stale.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import './ensureBuilt.mjs';

const root = path.resolve(import.meta.dirname, '..');
const files = ['schema/schema.graphql', 'schema/env.json', '.env.example', 'docs/reference/redis.md'].map((file) =>
  path.join(root, file),
);
const read = (file) => (existsSync(file) ? readFileSync(file, 'utf8') : '');

const before = files.map(read);
for (const emitter of ['emitSchema', 'emitEnv', 'emitDocs']) {
  const { status } = spawnSync(process.execPath, [path.join(root, `dist/src/main/${emitter}.js`)], {
    stdio: 'inherit',
  });
  if (status !== 0) process.exitCode = 1;
}
if (process.argv.includes('--check')) {
  for (const [index, file] of files.entries()) {
    if (read(file) === before[index]) continue;
    writeFileSync(file, before[index]);
    console.error(`${path.relative(root, file)} is stale: run npm run emit`);
    process.exitCode = 1;
  }
}
