import { setTimeout as pause } from 'node:timers/promises';
import {
  EventStoreError,
  type AppendOutcome,
  type AppendRequest,
  type EventStore,
} from '../../platform/eventStore/port.js';

const MAX_REPEATS = 5;

/** Appends; what is in doubt is repeated identically before anything else may go to that stream. */
export async function appendSettled(
  eventStore: Pick<EventStore, 'append'>,
  request: AppendRequest,
): Promise<AppendOutcome> {
  for (let repeats = 0; ; repeats += 1) {
    try {
      return await eventStore.append(request);
    } catch (error) {
      if (!(error instanceof EventStoreError) || error.code !== 'in_doubt' || repeats >= MAX_REPEATS) throw error;
      await pause(50 * 2 ** repeats);
    }
  }
}
