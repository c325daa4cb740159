import type { Logger } from '../observability/logger.js';
import { embeddedServer } from './embedded/server.js';
import { checkExternal } from './external.js';
import { openPools } from './pools.js';
import type { BoundsByUse } from './bounds.js';
import type { ReadStore } from './port.js';
import { holdServerLock } from './serverLock.js';

export interface ReadStoreOptions {
  readonly dataDir: string;
  readonly databaseUrl?: string | undefined;
  /** Refuses to start beside another server on the same DATA_DIR. No meaning with DATABASE_URL, which many nodes share. */
  readonly exclusive: boolean;
  readonly logger: Logger;
  /** For tests; otherwise those of bounds.ts. */
  readonly bounds?: BoundsByUse;
  /** Another server holds the data now (the engine was restarted under us): stop. Default: ends the process. */
  readonly onLockLost?: () => void;
}

/** Connects to DATABASE_URL, or adopts or starts the embedded engine in DATA_DIR. @throws StartError */
export async function openReadStore(options: ReadStoreOptions): Promise<ReadStore> {
  if (options.databaseUrl !== undefined) {
    await checkExternal(options.databaseUrl);
    return readStore('external', options.databaseUrl, options, () => Promise.resolve());
  }
  const server = embeddedServer(options);
  await server.ensure();
  const onLost =
    options.onLockLost ??
    ((): void => {
      options.logger.fatal('another server has taken the data over');
      process.exit(1);
    });
  const lock = await holdServerLock(server, {
    exclusive: options.exclusive,
    dataDir: options.dataDir,
    logger: options.logger,
    onLost,
  });
  return readStore('embedded', server.connectionString, options, () => lock.releaseAndStop());
}

function readStore(
  kind: ReadStore['kind'],
  connectionString: string,
  options: ReadStoreOptions,
  stop: () => Promise<void>,
): ReadStore {
  const { end, ...pools } = openPools(connectionString, options);
  let closing: Promise<void> | undefined;
  return { ...pools, connectionString, kind, close: () => (closing ??= end().then(stop)) };
}
