import { closeSync, fsyncSync, openSync, readFileSync, writeSync } from 'node:fs';

/**
 * What the drivers saw, in the order in which they saw it: the oracle of the checker. Written by this process, which is
 * never killed, before the driver goes on; the server has no part in it.
 */
export type Entry =
  | { readonly k: 'device'; readonly device: string; readonly account: string }
  | { readonly k: 'conversation'; readonly id: string; readonly members: readonly string[] }
  /** One attempt; the first one of an id decides after what it was sent. */
  | { readonly k: 'send'; readonly id: string; readonly device: string; readonly conversation: string }
  | {
      readonly k: 'acked';
      readonly id: string;
      readonly device: string;
      readonly seq: number;
      readonly message: string;
    }
  | {
      readonly k: 'received';
      readonly device: string;
      /** 0 is the device's ordinary life; 1 is a replay of all of it from its first cursor. */
      readonly life: 0 | 1;
      readonly conversation: string;
      readonly seq: number;
      readonly message: string;
      readonly id: string;
      /** What it said; null when that was gone. */
      readonly text: string | null;
      /** Whether that is what its sender gave. */
      readonly intact: boolean;
    }
  /** Any other thing that happened in a conversation; `text`: of an edit, null when it is gone since. */
  | {
      readonly k: 'told';
      readonly device: string;
      readonly life: 0 | 1;
      readonly conversation: string;
      readonly seq: number;
      readonly what: string;
      readonly target?: number;
      readonly text?: string | null;
    }
  /** An edit that was asked for; what it says is of this message and no other's. */
  | { readonly k: 'edit'; readonly conversation: string; readonly target: number; readonly text: string }
  | {
      readonly k: 'receipt';
      readonly device: string;
      readonly life: 0 | 1;
      readonly conversation: string;
      readonly of: string;
      readonly delivered: number | null;
      readonly read: number | null;
    }
  | {
      readonly k: 'acknowledged';
      readonly device: string;
      readonly conversation: string;
      readonly delivered: number;
      readonly read: number;
    }
  | { readonly k: 'fault'; readonly what: string }
  | { readonly k: 'resumed'; readonly device: string }
  | { readonly k: 'killed'; readonly what: 'server' | 'everything'; readonly inFlight: number };

export interface Journal {
  append(entry: Entry): void;
  /** Everything written so far, read back from the file. */
  read(): Entry[];
  close(): void;
}

export function openJournal(file: string): Journal {
  const fd = openSync(file, 'ax');
  let buffer = '';
  const flush = (): void => {
    if (buffer !== '') writeSync(fd, buffer);
    buffer = '';
  };
  return {
    append: (entry) => {
      buffer += `${JSON.stringify(entry)}\n`;
      if (buffer.length > 65_536) flush();
    },
    read: () => {
      flush();
      return readFileSync(file, 'utf8')
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line) as Entry);
    },
    close: () => {
      flush();
      fsyncSync(fd);
      closeSync(fd);
    },
  };
}
