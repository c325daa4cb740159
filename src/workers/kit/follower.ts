import type { StoredEvent } from '../../platform/eventStore/port.js';
import type { OpenedEvent } from '../../platform/keys/opener.js';

/** Does something for events of the log, beside the read models: a worker's reason to be. */
export interface Follower {
  /** Names its checkpoint for ever. */
  readonly id: string;
  /** Asked for every event of the log, so it must be cheap. */
  wants(event: StoredEvent): boolean;
  /**
   * Called at least once, in order within a stream; again after a crash, and perhaps in two nodes at once: what it does must
   * come to the same. What it throws decides: an engine that is away is waited for; `RetryLater` is tried again later
   * without end; anything else a bounded number of times, then the event is parked in sight.
   * @param failures how often it was tried before, less what was tried again later
   */
  handle(event: OpenedEvent, signal: AbortSignal, failures: number): Promise<void>;
}

/** Not now: somebody else was quicker, or is busy. */
export class RetryLater extends Error {
  override name = 'RetryLater';
}
