import type { Alarm } from '../../platform/clock/port.js';
import { underLease, type LeaseDeps } from './lease.js';

/**
 * Work that falls due at instants which the read model knows. Two nodes may do it at once, rarely: each thing must be
 * safe to do twice. Times in milliseconds since the epoch.
 */
export interface DueJob {
  /** Also of its lease. */
  readonly name: string;
  /** When the next thing is due; undefined when there is none. */
  nextDue(): Promise<number | undefined>;
  /**
   * Does some of what is due at `now`, for seconds at most, and waits until `nextDue` knows of it.
   * @returns how many things are done with. 0: the rest is tried again a while later.
   */
  runDue(now: number): Promise<number>;
}

export interface ScheduleDeps extends LeaseDeps {
  readonly alarm: Alarm;
}

export interface Schedule {
  /** Something may be due earlier than it was known: look now. */
  wake(): void;
  /** Runs the job on one node at a time, whenever something is due, until the signal aborts. */
  run(signal: AbortSignal): Promise<void>;
}

/** What was scheduled elsewhere is known after this long at most; so nothing should be scheduled for sooner. */
export const SCHEDULE_LOOK_MS = 5_000;
const MIN_RETRY_MS = 250;
const MAX_RETRY_MS = 30_000;

export function schedule(job: DueJob, deps: ScheduleDeps): Schedule {
  const { alarm, logger } = deps;
  let sleeping = new AbortController();
  let retryMs = MIN_RETRY_MS;

  const backOff = (): number => {
    const wait = retryMs;
    retryMs = Math.min(retryMs * 2, MAX_RETRY_MS);
    return wait;
  };

  /** @returns how long to wait before the next look. */
  const look = async (): Promise<number> => {
    const now = alarm.now();
    const due = await job.nextDue();
    if (due !== undefined && due <= now && (await job.runDue(now)) === 0) return backOff();
    retryMs = MIN_RETRY_MS;
    if (due === undefined) return SCHEDULE_LOOK_MS;
    return due <= now ? 0 : Math.min(SCHEDULE_LOOK_MS, due - now);
  };

  const follow = async (leased: AbortSignal): Promise<void> => {
    while (!leased.aborted) {
      // Before the look, so that what wakes during it is not missed.
      sleeping = new AbortController();
      const wait = await look().catch((error: unknown) => {
        if (!leased.aborted) logger.warn({ err: error, job: job.name }, 'a scheduled job failed; it is tried again');
        return backOff();
      });
      if (wait > 0) await alarm.sleep(wait, AbortSignal.any([leased, sleeping.signal]));
    }
  };

  return {
    wake() {
      sleeping.abort();
    },
    run: (signal) => underLease(deps, job.name, signal, follow),
  };
}
