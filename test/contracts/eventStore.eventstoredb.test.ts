import { eventStoreDbEventStore } from '../../src/platform/eventStore/eventstoredb/index.js';
import { silentLogger } from '../../src/platform/observability/logger.js';
import { startWireDouble, type WireDoubleOptions } from '../wireDouble/server.js';
import { eventStoreContract, type OpenedEventStore } from './eventStore.js';

const onDouble = (options: WireDoubleOptions) => async (): Promise<OpenedEventStore> => {
  const double = await startWireDouble(options);
  const open = () =>
    eventStoreDbEventStore({ connectionString: double.url, logger: silentLogger, appendDeadlineMs: 5000 });
  const store = open();
  const others: ReturnType<typeof open>[] = [];
  return {
    store,
    another: async () => {
      const other = open();
      others.push(other);
      return other;
    },
    close: async () => {
      await Promise.all([store, ...others].map((each) => each.close()));
      double.kill();
    },
  };
};

eventStoreContract('EventStoreDB (wire double, 23.10)', onDouble({}));
eventStoreContract(
  'EventStoreDB (wire double, no BatchAppend, no caught_up)',
  onDouble({ version: '21.6.0', batchAppend: false }),
);
eventStoreContract('EventStoreDB (wire double, a position for each event)', onDouble({ ownPositions: true }));

const url = process.env['EVENTSTORE_URL'];
if (url !== undefined && url !== '') {
  eventStoreContract('EventStoreDB (real)', async () => {
    const open = () => eventStoreDbEventStore({ connectionString: url, logger: silentLogger });
    const store = open();
    const others: ReturnType<typeof open>[] = [];
    return {
      store,
      another: async () => {
        const other = open();
        others.push(other);
        return other;
      },
      close: async () => {
        await Promise.all([store, ...others].map((each) => each.close()));
      },
    };
  });
}
