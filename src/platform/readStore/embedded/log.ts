import { closeSync, openSync, readSync, renameSync, statSync } from 'node:fs';

const keep = 10 * 1024 * 1024;

/** Opens the log for appending; one older file is kept. */
export function openLog(file: string): { fd: number; from: number } {
  const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  if (size > keep) renameSync(file, `${file}.1`);
  return { fd: openSync(file, 'a', 0o640), from: size > keep ? 0 : size };
}

/** What was logged from `from` on, at most its last 16 KiB. */
export function readLogFrom(file: string, from: number): string {
  const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  const start = Math.max(from, size - 16 * 1024);
  const buffer = Buffer.alloc(Math.max(0, size - start));
  if (buffer.length === 0) return '';
  const fd = openSync(file, 'r');
  try {
    return buffer.toString('utf8', 0, readSync(fd, buffer, 0, buffer.length, start));
  } finally {
    closeSync(fd);
  }
}

/** Why Postgres gave up, in a few words, from what it wrote last. */
export function explainLog(text: string): string {
  if (/No space left on device|Disk quota exceeded/i.test(text)) return 'the disk is full';
  if (/Read-only file system/i.test(text)) return 'the file system is read-only';
  if (/Permission denied/i.test(text)) return 'permission denied';
  if (/shared memory|Cannot allocate memory/i.test(text)) return 'there is not enough memory';
  if (/database files are incompatible/i.test(text)) return 'the data were made by another major version of Postgres';
  const last = text
    .split('\n')
    .map((line) => /(?:FATAL|PANIC|error):\s+(.*)$/.exec(line)?.[1])
    .filter((line) => line !== undefined)
    .at(-1);
  return last ?? 'Postgres did not say why';
}
