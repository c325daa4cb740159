import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { runProjections } from '../../src/main/projections/run.js';
import { masterKeyOf } from '../../src/platform/keys/masterKey.js';
import { parseKeyRef } from '../../src/platform/keys/seal.js';
import { PROJECTIONS } from '../../src/projections/index.js';
import { chat, testLog, type TestLog } from './fixture.js';

let log: TestLog;
let folder: string;
const master = Buffer.alloc(32, 7);

beforeEach(async () => {
  log = await testLog();
  folder = mkdtempSync('/tmp/parlance-projections-');
  await chat(log);
  const wrapping = masterKeyOf(master);
  for (const [id, key] of log.keys) {
    const { subject, scope } = parseKeyRef(id);
    await log.database.pool.query('INSERT INTO subject_keys (subject, scope, wrapped) VALUES ($1, $2, $3)', [
      subject,
      scope,
      wrapping.wrap(key.export(), id),
    ]);
  }
});
afterEach(async () => {
  await log.close();
  rmSync(folder, { recursive: true });
});

async function command(
  ...args: readonly string[]
): Promise<{ ok: boolean; lines: string[]; json: Record<string, unknown> }> {
  const file = path.join(folder, 'out.json');
  let out = '';
  const stdout = vi.spyOn(process.stdout, 'write').mockImplementation((text) => ((out += String(text)), true));
  const stderr = vi.spyOn(process.stderr, 'write').mockImplementation(() => true);
  try {
    const env = { DATABASE_URL: log.database.url, DATA_DIR: folder, MASTER_KEY: master.toString('base64') };
    const ok = await runProjections([...args, '--json', file], env);
    return {
      ok,
      lines: out.trimEnd().split('\n'),
      json: JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>,
    };
  } finally {
    stdout.mockRestore();
    stderr.mockRestore();
  }
}

describe('npm run projections', () => {
  it('tells where each one stands', async () => {
    const events = Number(await log.eventStore.head()) + 1;
    expect((await command('status')).lines.at(-1)).toBe(
      `${PROJECTIONS.length} projections, ${events} events behind, 0 parked`,
    );
    await command('verify');
    const { ok, lines } = await command('status');
    expect(ok).toBe(true);
    const timeline = lines.findIndex((line) => line.startsWith('timeline.'));
    expect(lines[timeline]).toMatch(/^timeline\.v\d+ +build 1 at \d+, up to date$/);
    await log.database.pool.query(
      `UPDATE projections SET parked_position = 3, parked_error = 'RangeError' WHERE id = 'timeline'`,
    );
    const parked = await command('status');
    expect(parked.ok).toBe(false);
    expect(parked.lines[timeline]).toMatch(/parked at 3 by RangeError$/);
    expect(parked.lines.at(-1)).toBe(`${PROJECTIONS.length} projections, 0 events behind, 1 parked`);
  });

  it('rebuilds one', async () => {
    await command('verify');
    const { ok, lines, json } = await command('rebuild', 'timeline');
    const events = Number(await log.eventStore.head()) + 1;
    expect(ok).toBe(true);
    expect(lines.at(-1)).toMatch(new RegExp(`^rebuilt timeline: ${events} events in [\\d.]+ s, \\d+ events/s$`));
    expect(json).toMatchObject({ projection: 'timeline', events });
    expect(await log.rows('timeline')).toHaveLength(8);
  });

  it('verifies to zero, and not when a row was changed', async () => {
    const good = await command('verify');
    expect(good.ok).toBe(true);
    expect(good.lines.at(-1)).toMatch(/^differences 0, \d+ projections, 28 rows, \d+ events$/);
    expect(good.json).toMatchObject({ differences: 0, rows: 28 });
    await log.database.pool.query(`UPDATE timeline SET text = 'something else' WHERE text = 'hello'`);
    const bad = await command('verify');
    expect(bad.ok).toBe(false);
    expect(bad.lines.at(-1)).toMatch(/^differences 5, /);
    expect(bad.lines.join('\n')).not.toMatch(/something else|hello/);
  });

  it('says in a sentence what it cannot do', async () => {
    await expect(command('rebuild', 'nothing')).rejects.toThrow(/There is no projection nothing: there are accounts/);
    await expect(command('rebuild')).rejects.toThrow(/^usage/);
    await expect(command('check')).rejects.toThrow(/^usage/);
    await expect(runProjections(['status'], { DATA_DIR: path.join(folder, 'none') })).rejects.toThrow(
      /There is no data in/,
    );
  });
});
