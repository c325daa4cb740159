import { setTimeout as pause } from 'node:timers/promises';
import type pg from 'pg';
import type { Logger } from '../../platform/observability/logger.js';

export interface LeaseDeps {
  readonly pool: Pick<pg.Pool, 'query'>;
  readonly logger: Logger;
  /** A UUID of this process. */
  readonly holder: string;
  readonly leaseMs?: number;
}

const LEASE_MS = 15_000;

/**
 * Works whenever this process holds the lease, until the signal aborts. `work` gets a signal that aborts when the lease is
 * lost, and is called again when it ends or fails. Two may still overlap for a moment (a holder that was stopped and goes
 * on): what they do must be safe to do twice.
 */
export async function underLease(
  deps: LeaseDeps,
  name: string,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const { leaseMs = LEASE_MS } = deps;
  const rest = (ms: number): Promise<void> => pause(ms, undefined, { signal }).catch(() => undefined);
  const ended = (): boolean => signal.aborted;
  while (!ended()) {
    if (!(await take(deps, name, leaseMs).catch(() => false))) {
      await rest(leaseMs / 3);
      continue;
    }
    const lost = new AbortController();
    const renewing = renew(deps, name, leaseMs, lost, signal);
    try {
      await work(AbortSignal.any([signal, lost.signal]));
    } catch (error) {
      if (!ended()) deps.logger.warn({ err: error, lease: name }, 'work under a lease failed; it is begun again');
    }
    lost.abort();
    await renewing;
    if (!ended()) await rest(Math.min(1_000, leaseMs / 3));
  }
  await deps.pool
    .query('DELETE FROM leases WHERE name = $1 AND holder = $2', [name, deps.holder])
    .catch(() => undefined);
}

async function take({ pool, holder }: LeaseDeps, name: string, leaseMs: number): Promise<boolean> {
  const { rowCount } = await pool.query({
    name: 'lease_take',
    text: `INSERT INTO leases AS l (name, holder, held_until) VALUES ($1, $2, now() + $3 * interval '1 millisecond')
           ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, held_until = excluded.held_until
             WHERE l.holder = excluded.holder OR l.held_until < now()`,
    values: [name, holder, leaseMs],
  });
  return rowCount === 1;
}

/** Until the work is over; aborts it once the lease may be another's. */
async function renew(
  deps: LeaseDeps,
  name: string,
  leaseMs: number,
  work: AbortController,
  signal: AbortSignal,
): Promise<void> {
  const either = AbortSignal.any([signal, work.signal]);
  const ended = (): boolean => either.aborted;
  let heldAt = performance.now();
  while (!ended()) {
    await pause(leaseMs / 3, undefined, { signal: either }).catch(() => undefined);
    if (ended()) return;
    const asked = performance.now();
    const held = await take(deps, name, leaseMs).catch(() => undefined);
    if (held === true) heldAt = asked;
    if (held === false || performance.now() - heldAt > leaseMs * 0.8) work.abort();
  }
}
