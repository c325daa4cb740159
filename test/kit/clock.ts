import type { Clock } from '../../src/platform/clock/port.js';

/** A clock that stands until it is moved. */
export interface ManualClock extends Clock {
  advance(ms: number): void;
}

export function manualClock(start = 1_790_000_000_000): ManualClock {
  let now = start;
  return {
    now: () => now,
    advance: (ms) => void (now += ms),
  };
}
