import { setTimeout as pause } from 'node:timers/promises';
import type pg from 'pg';
import { eachOf } from '../../domain/shared/each.js';
import { eventAt } from '../../domain/shared/eventAt.js';
import type { EventStore, Position, StoredEvent } from '../../platform/eventStore/port.js';
import type { Leases } from '../../platform/leases/port.js';
import type { Opener } from '../../platform/keys/opener.js';
import type { Logger } from '../../platform/observability/logger.js';
import { isPassing } from '../../projections/kit/apply.js';
import { RetryLater, type Follower } from './follower.js';
import { underLease } from './lease.js';
import {
  addRetry,
  checkpoints,
  dueRetries,
  endRetry,
  moveCheckpoints,
  postponeRetry,
  waitingStreams,
  type Retry,
} from './retries.js';

export interface FollowersDeps {
  readonly pool: Pick<pg.Pool, 'query'>;
  readonly eventStore: Pick<EventStore, 'head' | 'readStream' | 'subscribe'>;
  readonly open: Opener;
  readonly logger: Logger;
  readonly leases: Leases;
  /** Those that are not to wait for others run under a lease of their own. */
  readonly lease?: string;
  readonly onOutcome?: (worker: string, outcome: 'handled' | 'postponed' | 'parked') => void;
  readonly times?: Partial<typeof TIMES>;
}

const TIMES = {
  /** Before the second attempt; doubles up to `maxBackoffMs`. */
  backoffMs: 1_000,
  maxBackoffMs: 300_000,
  /** How often retries are looked for while there are some; otherwise an operator's, at `idleMs`. */
  pollMs: 1_000,
  idleMs: 30_000,
  checkpointMs: 1_000,
  leaseMs: 15_000,
};
const MAX_ATTEMPTS = 10;
/** Streams that are handled at the same time. */
const CONCURRENCY = 8;

/**
 * Follows the log for all of them, in one process of however many: one subscription, a checkpoint each. An event that fails
 * waits in the retry table, and what follows in its stream waits behind it. A new follower begins at the log's end.
 */
export async function runFollowers(
  deps: FollowersDeps,
  followers: readonly Follower[],
  signal: AbortSignal,
): Promise<void> {
  const times = { ...TIMES, ...deps.times };
  await underLease({ ...deps, leaseMs: times.leaseMs }, deps.lease ?? 'followers', signal, (leased) =>
    follow(deps, times, followers, leased),
  );
}

async function follow(
  deps: FollowersDeps,
  times: typeof TIMES,
  followers: readonly Follower[],
  outer: AbortSignal,
): Promise<void> {
  const { pool, eventStore, logger } = deps;
  const ids = followers.map(({ id }) => id);
  const failed = new AbortController();
  const signal = AbortSignal.any([outer, failed.signal]);
  const reached = await checkpoints(pool, ids, await eventStore.head());
  const waiting = waitingCounts(await waitingStreams(pool, ids));

  const attempt = async (follower: Follower, event: StoredEvent, failures: number): Promise<unknown> => {
    try {
      const [opened] = await deps.open([event]);
      await follower.handle(opened!, signal, failures);
      deps.onOutcome?.(follower.id, 'handled');
      return undefined;
    } catch (error) {
      if (signal.aborted || isPassing(error)) throw error;
      return error;
    }
  };
  const delay = (attempts: number): number =>
    Math.min(times.backoffMs * 2 ** Math.max(0, attempts - 1), times.maxBackoffMs);

  const first = async (follower: Follower, event: StoredEvent): Promise<void> => {
    let retry = { attempts: 0, delayMs: 0, error: null as string | null };
    if (!waiting.has(follower.id, event.stream)) {
      const error = await attempt(follower, event, 0);
      if (error === undefined) return;
      logger.warn(
        { err: error, worker: follower.id, position: String(event.position) },
        'an event is tried again later',
      );
      retry = { attempts: error instanceof RetryLater ? 0 : 1, delayMs: delay(1), error: nameOf(error) };
    }
    waiting.add(follower.id, event.stream, 1);
    if (!(await addRetry(pool, follower.id, event, retry))) waiting.add(follower.id, event.stream, -1);
    deps.onOutcome?.(follower.id, 'postponed');
  };

  const again = async (follower: Follower, retry: Retry): Promise<void> => {
    // One that an operator has put back.
    if (!waiting.has(retry.worker, retry.stream)) waiting.add(retry.worker, retry.stream, 1);
    const found = await eventAt(eventStore, retry.stream, retry.revision);
    const event = found?.position === retry.position ? found : undefined;
    const error = event === undefined ? undefined : await attempt(follower, event, retry.attempts);
    if (error === undefined) {
      await endRetry(pool, retry);
      waiting.add(retry.worker, retry.stream, -1);
      return;
    }
    const attempts = retry.attempts + (error instanceof RetryLater ? 0 : 1);
    const parked = attempts >= MAX_ATTEMPTS;
    await postponeRetry(pool, retry, { attempts, delayMs: delay(attempts), error: nameOf(error), parked });
    if (!parked) return;
    waiting.add(retry.worker, retry.stream, -1);
    deps.onOutcome?.(follower.id, 'parked');
    logger.error({ err: error, worker: retry.worker, position: String(retry.position) }, 'an event is parked');
  };

  const retrying = async (): Promise<void> => {
    while (!signal.aborted) {
      const due = await dueRetries(pool, ids);
      for (const retry of due)
        await again(
          followers.find(({ id }) => id === retry.worker)!,
          retry,
        );
      if (due.length === 0)
        await pause(waiting.any() ? times.pollMs : times.idleMs, undefined, {
          signal: AbortSignal.any([signal, waiting.begun()]),
        }).catch(() => undefined);
    }
  };

  const following = async (): Promise<void> => {
    let saved = performance.now();
    let after = least(reached.values());
    for await (const items of eventStore.subscribe(after, { signal })) {
      const work: (() => Promise<void>)[] = [];
      for (const follower of followers) {
        const wanted = items.flatMap((item) =>
          item.kind === 'event' && item.event.position > reached.get(follower.id)! && follower.wants(item.event)
            ? [item.event]
            : [],
        );
        for (const events of Map.groupBy(wanted, ({ stream }) => stream).values())
          work.push(async () => {
            for (const event of events) if (!signal.aborted) await first(follower, event);
          });
      }
      await eachOf(work, CONCURRENCY, (task) => task());
      if (signal.aborted) return;
      const end = items.at(-1);
      if (end !== undefined) after = end.kind === 'event' ? end.event.position : end.position;
      if (work.length === 0 && performance.now() - saved < times.checkpointMs) continue;
      await moveCheckpoints(pool, ids, after);
      saved = performance.now();
    }
  };

  // Whichever fails ends both: all is loaded anew.
  const both = [following(), retrying()].map((each) =>
    each.catch((error: unknown) => {
      failed.abort();
      throw error;
    }),
  );
  const ends = await Promise.allSettled(both);
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
}

function waitingCounts(rows: readonly { readonly worker: string; readonly stream: string; readonly count: number }[]): {
  has(worker: string, stream: string): boolean;
  any(): boolean;
  add(worker: string, stream: string, count: number): void;
  /** Aborts when there is something that waits after there was nothing. */
  begun(): AbortSignal;
} {
  const counts = new Map(rows.map(({ worker, stream, count }) => [`${worker} ${stream}`, count]));
  let begun = new AbortController();
  return {
    has: (worker, stream) => counts.has(`${worker} ${stream}`),
    any: () => counts.size > 0,
    add(worker, stream, count) {
      const key = `${worker} ${stream}`;
      const now = (counts.get(key) ?? 0) + count;
      if (now > 0) counts.set(key, now);
      else counts.delete(key);
      if (counts.size === 1 && count > 0) begun.abort();
    },
    begun() {
      if (begun.signal.aborted) begun = new AbortController();
      return begun.signal;
    },
  };
}

function least(positions: Iterable<Position>): Position {
  return [...positions].reduce((low, position) => (position < low ? position : low));
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : 'Error';
}
