import type { Position } from '../../platform/eventStore/port.js';
import type { Renderable } from './piped.js';
import type { UpdateValue } from './updates.js';

/** One update on its way to any number of sockets: its payload is rendered once per document and kept here. */
export interface LiveItem extends Renderable {
  readonly position: Position;
  readonly cursor: string;
  readonly update: UpdateValue;
  /** Of the conversation that it concerns, the plain id; undefined for what concerns the account alone. */
  readonly conversationId: string | undefined;
}
