import type { Alarm } from '../../src/platform/clock/port.js';

/** A clock that stands until it is moved. */
export interface ManualClock extends Alarm {
  advance(ms: number): void;
  /** Resolves when somebody sleeps. */
  asleep(): Promise<void>;
}

interface Sleeper {
  readonly until: number;
  wake(): void;
}

export function manualClock(start = 1_790_000_000_000): ManualClock {
  let now = start;
  const sleepers = new Set<Sleeper>();
  const watchers = new Set<() => void>();
  return {
    now: () => now,
    advance(ms) {
      now += ms;
      for (const sleeper of [...sleepers]) if (sleeper.until <= now) sleeper.wake();
    },
    asleep: () =>
      new Promise((resolve) => {
        const look = (): void => {
          if (sleepers.size === 0) return;
          watchers.delete(look);
          resolve();
        };
        watchers.add(look);
        look();
      }),
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        const sleeper = {
          until: now + ms,
          wake: () => {
            sleepers.delete(sleeper);
            signal.removeEventListener('abort', sleeper.wake);
            resolve();
          },
        };
        if (signal.aborted || ms <= 0) {
          resolve();
          return;
        }
        sleepers.add(sleeper);
        for (const watcher of [...watchers]) watcher();
        signal.addEventListener('abort', sleeper.wake);
      }),
  };
}
