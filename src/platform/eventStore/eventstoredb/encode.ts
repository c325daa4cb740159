import type { AllStreamResolvedEvent, ResolvedEvent } from '@eventstore/db-client';
import type { EventMetadata, NewEvent, Position, StoredEvent } from '../port.js';

/** Our own facts about the log; not part of it. */
export const LOG_STREAM = 'parlance_log';
/** The most events an append can have: what the ordinal has room for. */
export const MAX_EVENTS = 1000;
const ORDINAL_BITS = 10n;

/** All events of one append share the server's position (A3): the ordinal within the append tells them apart. */
export const positionOf = (commit: bigint, ordinal: number): Position =>
  ((commit << ORDINAL_BITS) | BigInt(ordinal)) as Position;
export const commitOf = (position: Position): bigint => position >> ORDINAL_BITS;

export interface EncodedEvent {
  readonly id: string;
  readonly type: string;
  readonly data: Uint8Array;
  readonly metadata: Uint8Array;
}

/** The ordinal goes into the metadata, so that it stays what it is when earlier events of the append are scavenged. */
export function encode(events: readonly NewEvent[]): EncodedEvent[] {
  return events.map((event, ordinal) => ({
    id: event.id,
    type: event.type,
    data: Buffer.from(JSON.stringify(event.data)),
    metadata: Buffer.from(JSON.stringify(events.length > 1 ? { ...event.metadata, ordinal } : event.metadata)),
  }));
}

type Recorded = NonNullable<ResolvedEvent['event']> | NonNullable<AllStreamResolvedEvent['event']>;

/** Whether the event belongs to the log: system streams, our own bookkeeping and what is not JSON do not. */
export const isOurs = (event: Recorded | undefined): event is Recorded =>
  event !== undefined && event.isJson && !event.streamId.startsWith('$') && event.streamId !== LOG_STREAM;

type StoredMetadata = EventMetadata & { readonly ordinal?: number };

/** The ordinal that the writer recorded; undefined when the append had one event, or was not ours. */
export const recordedOrdinal = (event: Recorded): number | undefined =>
  (event.metadata as unknown as StoredMetadata | undefined)?.ordinal;

export const commitPosition = (event: Recorded, fallback: bigint | undefined): bigint =>
  event.position?.commit ?? fallback ?? 0n;

/**
 * Turns what the client read into events, reading forwards: within an append that records no ordinals, because another program
 * wrote it, they are counted.
 */
export function decoder(): (resolved: ResolvedEvent | AllStreamResolvedEvent) => StoredEvent | null {
  let commitBefore = -1n;
  let ordinalBefore = -1;
  return ({ event, commitPosition: outer }) => {
    if (!isOurs(event)) return null;
    const commit = commitPosition(event, outer);
    const ordinal = recordedOrdinal(event) ?? (commit === commitBefore ? ordinalBefore + 1 : 0);
    commitBefore = commit;
    ordinalBefore = ordinal;
    const { ordinal: _, ...metadata } = (event.metadata ?? {}) as unknown as StoredMetadata;
    return {
      id: event.id,
      type: event.type,
      data: event.data as object,
      metadata,
      stream: event.streamId,
      revision: Number(event.revision),
      position: positionOf(commit, ordinal),
      recordedAt: event.created.getTime(),
    };
  };
}
