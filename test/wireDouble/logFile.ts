import { closeSync, existsSync, ftruncateSync, openSync, readFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import type { LogRecord } from './log.js';

/** The double's append-only file: one JSON line a group, synced before anyone hears of it (L4). */
export interface LogFile {
  load(): LogRecord[];
  write(records: readonly LogRecord[]): Promise<void>;
}

type Line = (Omit<LogRecord, 'data' | 'metadata'> & { data: string; metadata: string })[];

const encode = (records: readonly LogRecord[]): string =>
  `${JSON.stringify(
    records.map((record) => ({
      ...record,
      data: Buffer.from(record.data).toString('base64'),
      metadata: Buffer.from(record.metadata).toString('base64'),
    })),
  )}\n`;

export function openLogFile(path: string): LogFile {
  let writing = Promise.resolve();
  const handle = open(path, 'a');
  return {
    load: () => {
      if (!existsSync(path)) return [];
      const text = readFileSync(path, 'utf8');
      // A kill in the middle of a write leaves half a line: nobody was told of it, so it never was.
      const whole = text.slice(0, text.lastIndexOf('\n') + 1);
      if (whole.length < text.length) {
        const file = openSync(path, 'r+');
        ftruncateSync(file, Buffer.byteLength(whole));
        closeSync(file);
      }
      return whole
        .split('\n')
        .filter((line) => line !== '')
        .flatMap((line) =>
          (JSON.parse(line) as Line).map((record) => ({
            ...record,
            data: Buffer.from(record.data, 'base64'),
            metadata: Buffer.from(record.metadata, 'base64'),
          })),
        );
    },
    write: (records) => {
      // One after the other: groups keep their order in the file.
      writing = writing.then(async () => {
        const file = await handle;
        await file.appendFile(encode(records));
        await file.datasync();
      });
      return writing;
    },
  };
}
