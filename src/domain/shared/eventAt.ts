import type { EventStore, StoredEvent } from '../../platform/eventStore/port.js';

/** The event of a stream at a revision; undefined when it is not there, or not any more. */
export async function eventAt(
  eventStore: Pick<EventStore, 'readStream'>,
  stream: string,
  revision: number,
): Promise<StoredEvent | undefined> {
  for await (const event of eventStore.readStream(stream, { from: revision, limit: 1 }))
    if (event.revision === revision) return event;
  return undefined;
}
