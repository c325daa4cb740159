import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from '../../platform/observability/logger.js';
import { isPassing } from '../../projections/kit/apply.js';

export type Persist = <T>(first: Promise<T>, again: () => Promise<T>, signal: AbortSignal) => Promise<T>;

const FIRST_WAIT_MS = 50;
const MAX_WAIT_MS = 2_000;

/** Repeats what failed for a reason of the moment. Whoever follows the log must not end with the first engine that is slow. */
export function persisting(logger: Pick<Logger, 'warn'>): Persist {
  return async (first, again, signal) => {
    let trying = first;
    for (let wait = FIRST_WAIT_MS; ; wait = Math.min(2 * wait, MAX_WAIT_MS)) {
      try {
        return await trying;
      } catch (error) {
        if (signal.aborted || !isPassing(error)) throw error;
        logger.warn({ err: error }, 'following the log waits for an engine');
        await pause(wait, undefined, { signal });
        trying = again();
      }
    }
  };
}
