import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { appending } from './eventStore/appending.js';
import { collect, newEvents, newStream, type OpenedEventStore } from './eventStore/kit.js';
import { properties } from './eventStore/properties.js';
import { reading } from './eventStore/reading.js';
import { subscribing } from './eventStore/subscribing.js';

export type { OpenedEventStore } from './eventStore/kit.js';

/** Every promise of src/platform/eventStore/port.ts, for any adapter. No test assumes that the log is empty or quiet. */
export function eventStoreContract(name: string, open: () => Promise<OpenedEventStore>): void {
  describe(`event store: ${name}`, () => {
    let opened: OpenedEventStore | undefined;
    beforeAll(async () => {
      opened = await open();
    });
    afterAll(async () => {
      await opened?.close();
    });
    const subject = (): {
      store: OpenedEventStore['store'];
      another: OpenedEventStore['another'];
      open: typeof open;
    } => ({
      store: opened!.store,
      another: opened!.another,
      open,
    });

    it('has an id that stays', async () => {
      const { store } = subject();
      const id = await store.logId();
      expect(id).not.toBe('');
      expect(await store.logId()).toBe(id);
    });

    appending(subject);
    reading(subject);
    subscribing(subject);
    properties(subject);

    it('takes nothing after its end, and ends its subscriptions', async () => {
      const { store, close } = await open();
      await store.append({ stream: newStream(), expected: 'no_stream', events: newEvents(1) });
      const running = collect(store.subscribe(await store.head(), { signal: new AbortController().signal })).then(
        () => 'ended',
        (error: unknown) => (error as { code?: string }).code,
      );
      const pending = store.append({ stream: newStream(), expected: 'no_stream', events: newEvents(1) });
      await store.close();
      expect((await Promise.allSettled([pending]))[0]).toMatchObject({ status: expect.any(String) });
      expect(['ended', 'closed']).toContain(await running);
      await expect(store.append({ stream: newStream(), expected: 'any', events: newEvents(1) })).rejects.toMatchObject({
        code: 'closed',
      });
      await close();
    });
  });
}
