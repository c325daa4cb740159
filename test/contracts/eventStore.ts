import { describe, it } from 'vitest';
import type { EventStore } from '../../src/platform/eventStore/port.js';

/** A store under test. `another` opens a second adapter on the same log, as another process would. */
export interface OpenedEventStore {
  readonly store: EventStore;
  readonly another?: () => Promise<EventStore>;
  close(): Promise<void>;
}

/** Every promise of src/platform/eventStore/port.ts, for any adapter. No test assumes that the log is empty. */
export function eventStoreContract(name: string, open: () => Promise<OpenedEventStore>): void {
  describe(`event store: ${name}`, () => {
    it('has an id', async () => {
      const { store, close } = await open();
      await store.logId();
      await close();
    });
  });
}
