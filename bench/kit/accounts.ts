import { readFileSync } from 'node:fs';

/** A line of the file that `npm run seed -- --tokens FILE` writes. */
export interface SeededDevice {
  /** u0, u1, … */
  readonly user: string;
  readonly account: string;
  readonly device: string;
  readonly phone: string;
  readonly accessToken: string;
  readonly refreshToken: string;
}

export function readDevices(file: string): SeededDevice[] {
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as SeededDevice);
}

export const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Runs `work` for 0…count-1, `width` at a time. */
export async function spread(count: number, width: number, work: (index: number) => Promise<void>): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < count) await work(next++);
  };
  await Promise.all(Array.from({ length: Math.min(width, count) }, worker));
}
