import { existsSync } from 'node:fs';
import { systemClock } from '../../platform/clock/system.js';
import type { Config } from '../../platform/config/index.js';
import { eventStoreDbEventStore } from '../../platform/eventStore/eventstoredb/index.js';
import { postgresEventStore } from '../../platform/eventStore/postgres/index.js';
import type { EventStore } from '../../platform/eventStore/port.js';
import { loadMasterKey } from '../../platform/keys/masterKey.js';
import { opener, type Opener } from '../../platform/keys/opener.js';
import type { KeyStore } from '../../platform/keys/port.js';
import { openKeyStore } from '../../platform/keys/postgres.js';
import { StartError } from '../../platform/lifecycle/index.js';
import type { Lifecycle } from '../../platform/lifecycle/index.js';
import type { Logger } from '../../platform/observability/logger.js';
import { migrate } from '../../platform/readStore/migrate.js';
import { openReadStore } from '../../platform/readStore/open.js';
import type { ReadStore } from '../../platform/readStore/port.js';

export interface Engines {
  readonly readStore: ReadStore;
  readonly eventStore: EventStore;
  readonly open: Opener;
  readonly keys: KeyStore;
}

/** The engines that projections need, beside a running server or without one. @throws StartError */
export async function openEngines(config: Config, logger: Logger, lifecycle: Lifecycle): Promise<Engines> {
  const { dataDir, databaseUrl, eventStoreUrl, masterKey } = config;
  if (databaseUrl === undefined && !existsSync(dataDir))
    throw new StartError(`There is no data in ${dataDir}; DATA_DIR names the folder of a server.`);
  const readStore = await openReadStore({ dataDir, databaseUrl, exclusive: false, logger });
  lifecycle.add('read store', () => readStore.close());
  await migrate(readStore.upkeep);
  const eventStore =
    eventStoreUrl === undefined
      ? postgresEventStore({
          pool: readStore.pool,
          listenConnectionString: readStore.connectionString,
          clock: systemClock,
          logger,
        })
      : eventStoreDbEventStore({ connectionString: eventStoreUrl, logger });
  lifecycle.add('event store', () => eventStore.close());
  const keys = await openKeyStore({
    pool: readStore.pool,
    connectionString: readStore.connectionString,
    masterKey: loadMasterKey({ dataDir, masterKey }),
    logger,
  });
  lifecycle.add('keys', () => keys.close());
  return { readStore, eventStore, open: opener({ keys, eventStore }), keys };
}
