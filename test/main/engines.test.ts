import { spawn, spawnSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import pg from 'pg';
import { afterAll, expect, it } from 'vitest';
import { bundle, childEnvironment, temporaryFolder } from '../kit/serverProcess.js';

const folder = temporaryFolder('engines');
const record = path.join(folder, 'engines/postgres/engine.json');

function engines(...args: string[]): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(process.execPath, [bundle('src/main/engines.ts'), ...args], {
    encoding: 'utf8',
    env: childEnvironment({ DATA_DIR: folder, NODE_NO_WARNINGS: '1' }),
  });
}
const reads = async (url: string): Promise<unknown> => {
  const client = new pg.Client(url);
  await client.connect();
  const { rows } = await client.query<{ rolsuper: boolean }>(
    'SELECT rolsuper FROM pg_roles WHERE rolname = current_user',
  );
  await client.end();
  return rows[0]?.rolsuper;
};

afterAll(() => {
  engines('down');
  rmSync(folder, { recursive: true, force: true });
});

it('starts an engine once, says how to reach it, and stops it', async () => {
  const up = engines('up', 'postgres');
  expect([up.status, up.stderr]).toEqual([0, expect.stringContaining('postgres is up')]);
  const url = /^export DATABASE_URL=(\S+)\n$/.exec(up.stdout)?.[1] ?? '';
  expect(await reads(url)).toBe(true);
  expect(engines('up', 'postgres').stdout).toBe(up.stdout);
  expect(engines('status').stdout).toMatch(/^postgres +up on 127\.0\.0\.1:\d+, pid \d+$/m);
  expect(engines('down')).toMatchObject({ status: 0, stdout: '' });
  expect(engines('status').stdout).toMatch(/^postgres +down$/m);
  await expect(reads(url)).rejects.toThrow();
});

it('leaves a stranger alone that has the pid of what it started', () => {
  const stranger = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
  writeFileSync(record, JSON.stringify({ pid: stranger.pid, began: '1', port: 1, env: {} }));
  expect(engines('status').stdout).toMatch(/^postgres +down$/m);
  expect(engines('down').status).toBe(0);
  expect(readFileSync(`/proc/${stranger.pid ?? 0}/stat`, 'latin1')).not.toMatch(/\) Z/);
  stranger.kill('SIGKILL');
});

it('says what it cannot do', () => {
  expect(engines('up', 'oracle')).toMatchObject({ status: 1, stderr: expect.stringContaining('no engine "oracle"') });
  expect(engines('up')).toMatchObject({ status: 1, stderr: expect.stringContaining('usage') });
});
