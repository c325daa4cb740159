/**
 * The event store: append-only streams and one log over all of them.
 *
 * Order: every stream has gapless revisions from 0 (unless deleted or truncated); the log orders all events by position,
 * and an event is visible to readers only after every event of a lower position is (DESIGN 2).
 * Delivery: a subscription gives every event after its start exactly once, in log order, until it is closed or fails.
 * Atomicity: an append is stored whole or not at all.
 *
 * Not promised: positions without gaps; idempotency of a repeat other than the identical list of ids at the identical
 * exact revision; that an event id lying further back in the stream is refused, unless `refusesKnownIds` says so; that
 * a truncated event is gone from the log at once.
 */

/** Opaque and totally ordered place in the log; every event has its own. Only compared, stored and handed back. */
export type Position = bigint & { readonly __position: unique symbol };
/** Before the first event of any log. */
export const START = -1n as Position;

/** What the writer gives. `id` is a UUID; `data` and `metadata` are plain JSON. */
export interface NewEvent {
  readonly id: string;
  readonly type: string;
  readonly data: object;
  readonly metadata: EventMetadata;
}

export interface EventMetadata {
  /** Milliseconds since the epoch by the server's clock at the decision. */
  readonly occurredAt: number;
  /** Schema version of `data` for this type; 1 when absent. */
  readonly v?: number;
  readonly correlationId?: string;
  readonly causationId?: string;
  /** W3C traceparent. */
  readonly trace?: string;
  readonly actor?: { readonly account: string; readonly device?: string };
}

export interface StoredEvent extends NewEvent {
  readonly stream: string;
  readonly revision: number;
  readonly position: Position;
  /** Milliseconds since the epoch when the store recorded it. Not monotone over the log. */
  readonly recordedAt: number;
}

/** A number is the exact revision of the stream's last event. */
export type ExpectedRevision = number | 'no_stream' | 'stream_exists' | 'any';

export interface AppendRequest {
  readonly stream: string;
  readonly expected: ExpectedRevision;
  /** 1 to 1000 events, under 1 MiB together. */
  readonly events: readonly NewEvent[];
}

export type AppendOutcome =
  /** `revision` and `position` are those of the last event; `repeated` when the identical append had been stored before. */
  | { readonly kind: 'appended'; readonly revision: number; readonly position: Position; readonly repeated: boolean }
  /** Another expectation holds; `current` is the stream's revision, or null when there is no stream. */
  | { readonly kind: 'conflict'; readonly current: number | null }
  /** Only from a store with `refusesKnownIds`: these ids are already in the stream, elsewhere than this append would put them. */
  | { readonly kind: 'known_ids'; readonly ids: readonly string[] };

export interface ReadOptions {
  /** Revision to start from, inclusive. Forwards default 0, backwards default the end. */
  readonly from?: number;
  readonly direction?: 'forwards' | 'backwards';
  readonly limit?: number;
}

export type LogItem =
  | { readonly kind: 'event'; readonly event: StoredEvent }
  /** Everything that was in the log when the reader caught up has been given; what follows is live. May come again after falling behind. */
  | { readonly kind: 'caught_up'; readonly position: Position };

export interface EventStore {
  /** Whether an append with an id that is anywhere in the stream is refused as `known_ids`. */
  readonly refusesKnownIds: boolean;
  /** A stable id of this log: another database or a reset one has another. */
  logId(): Promise<string>;
  /**
   * Stores the events after the stream's last one, atomically.
   * @throws EventStoreError `unavailable` (nothing was written), `in_doubt` (it may or may not have been: repeat the identical
   *   request at the identical revision), `too_large`, `stream_deleted`.
   */
  append(request: AppendRequest): Promise<AppendOutcome>;
  /** A stream's events; nothing for a stream that does not exist. Reads in pages as the consumer pulls. */
  readStream(stream: string, options?: ReadOptions): AsyncIterable<StoredEvent>;
  /** The log's events after `after`, in order, up to the head at the time of the call. */
  readLog(after: Position, options?: { readonly limit?: number }): AsyncIterable<StoredEvent>;
  /**
   * The log from `after` on, without end; batches as they become visible, so that a consumer pays one wake-up for many.
   * The consumer's pace is the back-pressure: at most a bounded number of events is held for it.
   * Ends when `signal` aborts. Survives the loss of the connection by itself (resumes after the last event given).
   */
  subscribe(after: Position, options: { readonly signal: AbortSignal }): AsyncIterable<readonly LogItem[]>;
  /** Position of the log's last event, or START. */
  head(): Promise<Position>;
  /** Events of the stream below `revision` are no longer read from the stream (and may vanish from the log). */
  truncateBefore(stream: string, revision: number): Promise<void>;
  /** Soft delete: the stream reads as absent; a later append goes on at the old revision + 1 and expects 'no_stream' or 'any'. */
  deleteStream(stream: string): Promise<void>;
  close(): Promise<void>;
}

export type EventStoreErrorCode = 'unavailable' | 'in_doubt' | 'too_large' | 'stream_deleted' | 'closed' | 'invalid';

/** The only error that the adapters let out. The message never carries connection strings or payloads. */
export class EventStoreError extends Error {
  constructor(
    readonly code: EventStoreErrorCode,
    message: string,
    options?: { cause?: unknown },
  ) {
    super(message, options);
    this.name = 'EventStoreError';
  }
}
