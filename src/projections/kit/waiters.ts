import type { Position } from '../../platform/eventStore/port.js';

interface Waiter {
  readonly position: Position;
  readonly resolve: (passed: boolean) => void;
  readonly timer: NodeJS.Timeout;
}

export interface Waiters {
  waitFor(position: Position, timeoutMs: number): Promise<boolean>;
  passed(position: Position): void;
}

/** Those who wait until a position is passed. */
export function waiters(): Waiters {
  const waiting = new Set<Waiter>();
  return {
    waitFor: (position, timeoutMs) =>
      new Promise((resolve) => {
        const waiter: Waiter = {
          position,
          resolve,
          timer: setTimeout(() => {
            waiting.delete(waiter);
            resolve(false);
          }, timeoutMs),
        };
        waiting.add(waiter);
      }),
    passed(position) {
      for (const waiter of waiting) {
        if (waiter.position > position) continue;
        waiting.delete(waiter);
        clearTimeout(waiter.timer);
        waiter.resolve(true);
      }
    },
  };
}
