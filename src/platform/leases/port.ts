/**
 * Leases: one node at a time does a job, and another takes over when it stops.
 *
 * Atomic per name. Not promised: that a holder which was stopped for longer than its lease, or whose clock goes wrong, is
 * alone. So what is done under a lease must be safe to do twice; the lease only spares the work.
 */
export interface Leases {
  /** True when this node holds the lease, now or still, for `ttlMs` from now. */
  take(name: string, ttlMs: number): Promise<boolean>;
  /** Gives it up, if this node holds it. */
  release(name: string): Promise<void>;
}
