// Every static check, all of them even after one failed: npm run check
import { spawnSync } from 'node:child_process';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '..');
const bin = (name) => path.join(root, 'node_modules/.bin', name);

const checks = [
  ['types', bin('tsc'), ['--noEmit']],
  ['lint', bin('eslint'), ['.']],
  ['format', bin('prettier'), ['--check', '--log-level', 'warn', '.']],
  ['layers', bin('depcruise'), ['--config', '.dependency-cruiser.mjs', 'src', 'test', 'bench']],
  ['unused', bin('knip'), ['--no-progress']],
  ['emitted', process.execPath, ['scripts/emitted.mjs', '--check']],
];

const failed = checks.filter(([name, command, args]) => {
  const started = performance.now();
  const { status } = spawnSync(command, args, { stdio: 'inherit', cwd: root });
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(`${status === 0 ? 'ok  ' : 'FAIL'} ${name} (${seconds} s)`);
  return status !== 0;
});
console.log(`check: ${checks.length - failed.length} passed, ${failed.length} failed`);
process.exitCode = failed.length === 0 ? 0 : 1;
