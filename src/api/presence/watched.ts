import { accountTopic, type PresenceStatus } from '../../domain/presence/index.js';
import type { Clock } from '../../platform/clock/port.js';
import type { Signals } from '../../platform/signals/port.js';
import type { PresenceSource } from './source.js';

/** An account that subscriptions of this node watch. */
export interface Watched {
  readonly accountId: string;
  /** Undefined until it has been read, and when nobody heard what happened since. */
  status: PresenceStatus | undefined;
  /** The last seen that a signal told of, before the read model has it. */
  heard: number;
  readonly sources: Set<PresenceSource>;
  readonly unsubscribe: () => void;
}

export interface WatchedAccounts {
  add(accountId: string, source: PresenceSource): Watched;
  remove(accountId: string, source: PresenceSource): void;
  find(accountId: string): Watched | undefined;
  all(): IterableIterator<Watched>;
  /** Lets go of those that nobody has watched for a while. */
  sweep(): void;
  readonly size: number;
}

/** An account that nobody watches any more is followed for this long: those who were cut off come back to it. */
const LINGER_MS = 60_000;

export function watchedAccounts({
  signals,
  clock,
  onSignal,
}: {
  readonly signals: Pick<Signals, 'subscribe'>;
  readonly clock: Clock;
  readonly onSignal: (watched: Watched) => void;
}): WatchedAccounts {
  const all = new Map<string, Watched>();
  /** Since when nobody watches; in that order. */
  const idle = new Map<string, number>();

  const follow = (accountId: string): Watched => {
    const watched: Watched = {
      accountId,
      status: undefined,
      heard: 0,
      sources: new Set(),
      unsubscribe: signals.subscribe(accountTopic(accountId), (payload) => {
        watched.heard = Math.max(watched.heard, Number(payload));
        onSignal(watched);
      }),
    };
    all.set(accountId, watched);
    return watched;
  };

  return {
    add(accountId, source) {
      const watched = all.get(accountId) ?? follow(accountId);
      watched.sources.add(source);
      idle.delete(accountId);
      return watched;
    },
    remove(accountId, source) {
      const watched = all.get(accountId);
      if (watched?.sources.delete(source) === true && watched.sources.size === 0) idle.set(accountId, clock.now());
    },
    find: (accountId) => all.get(accountId),
    all: () => all.values(),
    sweep() {
      const before = clock.now() - LINGER_MS;
      for (const [accountId, since] of idle) {
        if (since > before) break;
        idle.delete(accountId);
        all.get(accountId)?.unsubscribe();
        all.delete(accountId);
      }
    },
    get size() {
      return all.size;
    },
  };
}
