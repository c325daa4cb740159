import type { ConversationState } from '../conversations/index.js';

/** Sequences, -1 for nothing yet. What was read was delivered. */
export interface Watermarks {
  readonly delivered: number;
  readonly read: number;
}

export const NOTHING: Watermarks = { delivered: -1, read: -1 };

export interface AdvanceWatermarks {
  readonly delivered?: number | undefined;
  readonly read?: number | undefined;
}

/** The watermarks after the command: stale and equal ones leave them as they are. */
export function advance(current: Watermarks, command: AdvanceWatermarks): Watermarks {
  const read = Math.max(current.read, command.read ?? -1);
  const delivered = Math.max(current.delivered, command.delivered ?? -1, read);
  return read === current.read && delivered === current.delivered ? current : { delivered, read };
}

/** Delivery to a device is for others to know: where nobody is told anything, nothing is kept of it. */
export function whatIsKept(kind: ConversationState['kind'], command: AdvanceWatermarks): AdvanceWatermarks {
  return kind === 'channel' ? { read: command.read } : command;
}

export function decideAcknowledge(head: number, command: AdvanceWatermarks): 'ok' | 'beyond_head' {
  return Math.max(command.delivered ?? -1, command.read ?? -1) > head ? 'beyond_head' : 'ok';
}

/** What the other members are told of a receipt; undefined for nothing. */
export function shownOf(receipt: AdvanceWatermarks & ReceiptStamps): Watermarks | undefined {
  if (receipt.withheld === true) return undefined;
  const { delivered, read } = advance(NOTHING, receipt);
  return receipt.private === true ? { delivered, read: -1 } : { delivered, read };
}

export interface ReceiptStamps {
  readonly private?: true;
  readonly withheld?: true;
}
