import type { Use } from './port.js';

/** How long what is asked of Postgres may take. Times in milliseconds; 0 is no bound. */
export interface Bounds {
  /** Connections. */
  readonly max: number;
  /** Until there is a connection, a new one or one that others had. */
  readonly connectMs: number;
  /** Until the server gives a statement up, its waits for locks with it. */
  readonly statementMs: number;
  /** Until this side gives it up, since nothing came back. More than `statementMs`, so that a server that is there has the word. */
  readonly silenceMs: number;
  /** Until the server ends a session that has left its transaction open: another node may wait for its locks. */
  readonly idleInTransactionMs: number;
}

export type BoundsByUse = Readonly<Record<Use, Bounds>>;

const HOUR = 3_600_000;

export const BOUNDS: BoundsByUse = {
  answer: { max: 16, connectMs: 5_000, statementMs: 10_000, silenceMs: 12_000, idleInTransactionMs: 30_000 },
  // A thousand events into large tables, behind a rebuild that is just being switched to.
  projecting: { max: 2, connectMs: 5_000, statementMs: 60_000, silenceMs: 65_000, idleInTransactionMs: 60_000 },
  // A comparison holds its snapshot open as long as it takes; a build waits for connections that others pour through.
  upkeep: { max: 8, connectMs: 60_000, statementMs: HOUR, silenceMs: HOUR + 60_000, idleInTransactionMs: 0 },
};
