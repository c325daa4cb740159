import type { Position } from '../../platform/eventStore/port.js';
import type { UpdateValue } from './updates.js';

/** One update on its way to any number of sockets: its payload is rendered once per document and kept here. */
export interface LiveItem {
  readonly position: Position;
  readonly cursor: string;
  readonly update: UpdateValue;
  /** Of the conversation that it concerns, the plain id; undefined for what concerns the account alone. */
  readonly conversationId: string | undefined;
  readonly rendered: Map<object, string>;
}

/** Where a source puts its updates. */
export interface Sink {
  deliver(item: LiveItem): void;
  /** A promise while the socket has more to write than it should; replay waits for it. */
  writable(): Promise<void> | undefined;
  /** The source is at its end: in order, or with an error for the client. */
  end(error?: Error): void;
}
