import { setTimeout as pause } from 'node:timers/promises';
import type { Leases } from '../../platform/leases/port.js';
import type { Logger } from '../../platform/observability/logger.js';

export interface LeaseDeps {
  readonly leases: Leases;
  readonly logger: Logger;
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
    if (!(await deps.leases.take(name, leaseMs).catch(() => false))) {
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
  await deps.leases.release(name).catch(() => undefined);
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
    const held = await deps.leases.take(name, leaseMs).catch(() => undefined);
    if (held === true) heldAt = asked;
    if (held === false || performance.now() - heldAt > leaseMs * 0.8) work.abort();
  }
}
