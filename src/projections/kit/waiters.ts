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

const POLL_MS = 20;

/** Those who wait until a position is passed. `look`, if another process projects, is asked while somebody waits. */
export function waiters(look: () => Promise<void> | undefined): Waiters {
  const waiting = new Set<Waiter>();
  let polling = false;

  const poll = async (): Promise<void> => {
    polling = true;
    while (waiting.size > 0) {
      await look()?.catch(() => undefined);
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
    polling = false;
  };

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
        if (!polling && look() !== undefined) void poll();
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
