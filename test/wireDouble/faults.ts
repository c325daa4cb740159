import type grpc from '@grpc/grpc-js';

/** What a test switches on. Every fault is one that a real server or network produces; none is kinder than they are. */
export interface Faults {
  /**
   * Appends get no answer and no error (F1). `before`: as if the request had been lost; `after`: stored, and the answer
   * lost.
   */
  silence: 'off' | 'before' | 'after';
  /** The next append is stored, and the connection breaks instead of the answer. */
  disconnectAfterNextAppend: boolean;
  /** The next append is told of a wrong expected version, as when another writer came first. Nothing is stored. */
  wrongVersionOnce: boolean;
  /** Every answer to an append comes this much later (ms). */
  slowMs: number;
  /** Answers to appends are kept until `releaseLateReplies()`. */
  holdReplies: boolean;
  /** The next read ends with this gRPC code (14 makes the client leave its channel, W5). */
  failNextRead: grpc.status | null;
  /** Subscriptions are cut with UNAVAILABLE after this many events, once each. */
  cutSubscriptionsAfter: number | null;
  /** Reads answer nothing and do not end (F5). */
  silentReads: boolean;
}

export const noFaults = (): Faults => ({
  silence: 'off',
  disconnectAfterNextAppend: false,
  wrongVersionOnce: false,
  slowMs: 0,
  holdReplies: false,
  failNextRead: null,
  cutSubscriptionsAfter: null,
  silentReads: false,
});
