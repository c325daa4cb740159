/** The accounts that one node holds: those with a socket on it, and those whose last one ended within the grace. */
export interface HeldAccounts {
  /** @returns whether the account was not held before. */
  opened(accountId: string): boolean;
  closed(accountId: string, now: number): void;
  /** Lets go of those whose grace has passed, and says when their last sockets ended. */
  release(now: number): readonly Absence[];
  has(accountId: string): boolean;
  all(): IterableIterator<string>;
  /** Everybody as if all sockets had ended now. */
  absences(now: number): readonly Absence[];
  readonly size: number;
}

export interface Absence {
  readonly accountId: string;
  readonly lastSeenAt: number;
}

export function heldAccounts(graceMs: number): HeldAccounts {
  /** Open sockets of each account; 0 during its grace. */
  const sockets = new Map<string, number>();
  /** When the last socket ended; in that order. */
  const leaving = new Map<string, number>();
  return {
    opened(accountId) {
      const open = sockets.get(accountId);
      sockets.set(accountId, (open ?? 0) + 1);
      leaving.delete(accountId);
      return open === undefined;
    },
    closed(accountId, now) {
      const open = (sockets.get(accountId) ?? 0) - 1;
      if (open < 0) return;
      sockets.set(accountId, open);
      if (open === 0) leaving.set(accountId, now);
    },
    release(now) {
      const gone: Absence[] = [];
      for (const [accountId, lastSeenAt] of leaving) {
        if (lastSeenAt + graceMs > now) break;
        leaving.delete(accountId);
        sockets.delete(accountId);
        gone.push({ accountId, lastSeenAt });
      }
      return gone;
    },
    has: (accountId) => sockets.has(accountId),
    all: () => sockets.keys(),
    absences: (now) =>
      [...sockets.keys()].map((accountId) => ({ accountId, lastSeenAt: leaving.get(accountId) ?? now })),
    get size() {
      return sockets.size;
    },
  };
}
