import { setTimeout as pause } from 'node:timers/promises';
import type { Alarm } from './port.js';

/** What a timer can take. */
const LONGEST_MS = 2 ** 31 - 1;

export const systemClock: Alarm = {
  now: () => Date.now(),
  sleep: (ms, signal) =>
    pause(Math.min(ms, LONGEST_MS), undefined, { signal }).catch((error: unknown) => {
      if (!signal.aborted) throw error;
    }),
};
