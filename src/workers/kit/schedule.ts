import type { Alarm } from '../../platform/clock/port.js';
import type { Leases } from '../../platform/leases/port.js';
import type { Logger } from '../../platform/observability/logger.js';

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

export interface ScheduleDeps {
  readonly alarm: Alarm;
  readonly leases: Leases;
  readonly logger: Logger;
}

export interface Schedule {
  /** Something may be due earlier than it was known: look now. */
  wake(): void;
  /** Resolves when the work under way has ended and the lease is given up. */
  stop(): Promise<void>;
}

/** A node that stops without a word is replaced after this long. */
const LEASE_MS = 15_000;
/** What was scheduled elsewhere is known after this long at most; so nothing should be scheduled for sooner. */
export const SCHEDULE_LOOK_MS = 5_000;
const MIN_RETRY_MS = 250;
const MAX_RETRY_MS = 30_000;

/** Runs the job on one node at a time, whenever something is due. */
export function startSchedule(job: DueJob, { alarm, leases, logger }: ScheduleDeps): Schedule {
  const stopped = new AbortController();
  let sleeping = new AbortController();
  let retryMs = MIN_RETRY_MS;

  const backOff = (): number => {
    const wait = retryMs;
    retryMs = Math.min(retryMs * 2, MAX_RETRY_MS);
    return wait;
  };

  /** @returns how long to wait before the next look. */
  const look = async (): Promise<number> => {
    if (!(await leases.take(job.name, LEASE_MS))) return SCHEDULE_LOOK_MS;
    const now = alarm.now();
    const due = await job.nextDue();
    if (due !== undefined && due <= now) {
      if ((await job.runDue(now)) === 0) return backOff();
      retryMs = MIN_RETRY_MS;
      return 0;
    }
    retryMs = MIN_RETRY_MS;
    return Math.min(SCHEDULE_LOOK_MS, (due ?? Infinity) - now);
  };

  const run = async (): Promise<void> => {
    while (!stopped.signal.aborted) {
      // Before the look, so that what wakes during it is not missed.
      sleeping = new AbortController();
      const wait = await look().catch((error: unknown) => {
        logger.warn({ err: error, job: job.name }, 'a scheduled job failed; it is tried again');
        return backOff();
      });
      if (wait > 0) await alarm.sleep(wait, AbortSignal.any([stopped.signal, sleeping.signal]));
    }
    await leases.release(job.name).catch(() => undefined);
  };

  const running = run();
  return {
    wake() {
      sleeping.abort();
    },
    async stop() {
      stopped.abort();
      await running;
    },
  };
}
