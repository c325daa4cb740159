import type { EventStore } from '../../platform/eventStore/port.js';
import type { KnownLookup, LoadedConversation, PendingEvent } from '../conversations/index.js';
import { conversationStream } from '../shared/streams.js';

export interface EventDeps {
  readonly eventStore: Pick<EventStore, 'readStream'>;
  /** What the read model has of these ids, whatever their events are. */
  readonly findKnown: (conversationId: string, ids: readonly string[]) => Promise<KnownLookup>;
}

/** Whether an event is in a conversation's stream: never older than the state that is decided on. */
export interface EventWatch {
  /** For a command's `gather`. */
  gather(loaded: LoadedConversation): Promise<void>;
  /** Also among the events that were decided before, in the same append. */
  after(earlier: readonly PendingEvent[]): boolean;
}

/** The read model, then the stream beyond it. */
export function watchEvent({ eventStore, findKnown }: EventDeps, conversationId: string, eventId: string): EventWatch {
  let revision: number | undefined;
  let known = false;
  return {
    async gather(loaded) {
      if (revision === undefined) {
        const found = await findKnown(conversationId, [eventId]);
        known = found.messages.has(eventId);
        ({ revision } = found);
      }
      if (known || revision >= loaded.revision) return;
      for await (const event of eventStore.readStream(conversationStream(conversationId), { from: revision + 1 })) {
        known ||= event.id === eventId;
        ({ revision } = event);
      }
    },
    after: (earlier) => known || earlier.some(({ id }) => id === eventId),
  };
}
