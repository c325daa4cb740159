import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Launched } from './engine.js';

/** What was started here, so that exactly that can be stopped. Its file may hold a password. */
export interface EngineRecord extends Launched {
  readonly port: number;
  /** When the process began, as the system says it: a later process with the same pid has another. */
  readonly began: string;
}

const fileOf = (folder: string): string => path.join(folder, 'engine.json');

export function writeRecord(folder: string, { pid, env }: Launched, port: number): EngineRecord {
  const record = { pid, env, port, began: beganAt(pid) ?? '' };
  writeFileSync(fileOf(folder), `${JSON.stringify(record, null, 2)}\n`, { mode: 0o600 });
  return record;
}

/** Of the engine that runs in the folder; nothing when what was recorded is gone. */
export function runningRecord(folder: string): EngineRecord | undefined {
  if (!existsSync(fileOf(folder))) return undefined;
  const record = JSON.parse(readFileSync(fileOf(folder), 'utf8')) as EngineRecord;
  return beganAt(record.pid) === record.began ? record : undefined;
}

export function removeRecord(folder: string): void {
  rmSync(fileOf(folder), { force: true });
}

/** Undefined when there is no such process, or only what is left of one until its parent looks. */
function beganAt(pid: number): string | undefined {
  if (process.platform !== 'linux') {
    const { stdout } = spawnSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' });
    return stdout.trim() === '' ? undefined : stdout.trim();
  }
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' ? undefined : fields[19];
  } catch {
    return undefined;
  }
}
