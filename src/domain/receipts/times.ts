import type { EventStore } from '../../platform/eventStore/port.js';
import { receiptsStream } from '../shared/streams.js';
import { shownOf } from './decide.js';
import type { ReceiptEvent } from './events.js';

/** When a message was first delivered to, and read by, an account, as far as it shows that; milliseconds since the epoch. */
export interface Reached {
  readonly delivered?: number;
  readonly read?: number;
}

/** What is to be found out of an account. */
export interface Wanted {
  readonly delivered: boolean;
  readonly read: boolean;
}

export interface ReceiptTimes {
  /** Of one message. What lies too far behind it in the log is left out, as is what was never acknowledged. */
  (
    conversationId: string,
    message: { readonly seq: number; readonly at: number },
    wanted: ReadonlyMap<string, Wanted>,
  ): Promise<ReadonlyMap<string, Reached>>;
}

/** Receipts looked at for one message. */
const MAX_EVENTS = 20_000;
/** Clocks of nodes differ. */
const SKEW_MS = 60_000;

/**
 * Read from the log: watermarks in the read model say how far an account is, not when it came past a message, and a row
 * for each receipt would cost every message what is asked for rarely.
 */
export function receiptTimes({ eventStore }: { readonly eventStore: Pick<EventStore, 'readStream'> }): ReceiptTimes {
  return async (conversationId, { seq, at }, wanted) => {
    const reached = new Map<string, { delivered?: number; read?: number }>();
    let open = [...wanted.values()].reduce((sum, { delivered, read }) => sum + Number(delivered) + Number(read), 0);
    if (open === 0) return reached;
    const stream = receiptsStream(conversationId);
    const from = await firstSince(eventStore, stream, at - SKEW_MS);
    for await (const event of eventStore.readStream(stream, { from, limit: MAX_EVENTS })) {
      const receipt = event.data as ReceiptEvent['data'];
      const want = wanted.get(receipt.accountId);
      const shown = want === undefined ? undefined : shownOf(receipt);
      if (want === undefined || shown === undefined) continue;
      const found = reached.get(receipt.accountId) ?? {};
      for (const mark of ['delivered', 'read'] as const) {
        if (!want[mark] || found[mark] !== undefined || shown[mark] < seq) continue;
        found[mark] = event.metadata.occurredAt;
        open -= 1;
      }
      reached.set(receipt.accountId, found);
      if (open === 0) break;
    }
    return reached;
  };
}

/** The revision of the first event of that time or later, by halves: times grow with revisions but for the skew of clocks. */
async function firstSince(eventStore: Pick<EventStore, 'readStream'>, stream: string, time: number): Promise<number> {
  let low = 0;
  let high = 0;
  for await (const last of eventStore.readStream(stream, { direction: 'backwards', limit: 1 })) high = last.revision;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    let occurredAt = Infinity;
    for await (const event of eventStore.readStream(stream, { from: middle, limit: 1 }))
      ({ occurredAt } = event.metadata);
    if (occurredAt < time) low = middle + 1;
    else high = middle;
  }
  return low;
}
