// Runs the contract suites and says how many tests each adapter passed: npm run contracts [-- --json FILE]
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';

const { values } = parseArgs({ options: { json: { type: 'string' } } });
const folder = mkdtempSync(path.join(tmpdir(), 'parlance-contracts-'));
const results = path.join(folder, 'results.json');

const run = spawnSync(
  process.execPath,
  [
    'node_modules/vitest/vitest.mjs',
    'run',
    'test/contracts',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${results}`,
  ],
  { stdio: 'inherit', cwd: path.resolve(import.meta.dirname, '..') },
);

let report = { testResults: [] };
try {
  report = JSON.parse(readFileSync(results, 'utf8'));
} catch {
  process.stderr.write('contracts: the test run left no results\n');
}
rmSync(folder, { recursive: true, force: true });

/** The outermost describe block names port and adapter: "event store: postgres". */
const adapters = new Map();
for (const file of report.testResults) {
  for (const test of file.assertionResults) {
    const name = test.ancestorTitles.find(Boolean) ?? path.basename(file.name);
    const count = adapters.get(name) ?? { passed: 0, failed: 0, skipped: 0 };
    count[test.status === 'passed' ? 'passed' : test.status === 'failed' ? 'failed' : 'skipped'] += 1;
    adapters.set(name, count);
  }
}

const failed = [...adapters.values()].reduce((sum, count) => sum + count.failed, 0);
const passed = [...adapters.values()].reduce((sum, count) => sum + count.passed, 0);
if (values.json) {
  writeFileSync(
    values.json,
    `${JSON.stringify({ passed, failed, adapters: Object.fromEntries(adapters) }, null, 2)}\n`,
  );
}
const parts = [...adapters].map(
  ([name, { passed: ok, failed: bad, skipped }]) =>
    `${name} ${ok} passed${bad ? ` ${bad} FAILED` : ''}${skipped ? ` ${skipped} skipped` : ''}`,
);
console.log(`contracts: ${parts.join(', ')}`);
process.exitCode = run.status !== 0 || failed > 0 || passed === 0 ? 1 : 0;
