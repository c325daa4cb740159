/** The server's clock. Milliseconds since the epoch. */
export interface Clock {
  now(): number;
}

/** A clock that also wakes: for those who wait for an instant rather than for an event. */
export interface Alarm extends Clock {
  /** Resolves after this many milliseconds of the clock, or as soon as the signal aborts. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}
