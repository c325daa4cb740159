import { conversationStates } from '../../domain/conversations/index.js';
import { messageHandlers } from '../../domain/messages/index.js';
import { receiptHandlers } from '../../domain/receipts/index.js';
import { sessions } from '../../domain/sessions/index.js';
import { encodeId } from '../../api/kit/nodeIds.js';
import { systemClock } from '../../platform/clock/system.js';
import type { Config } from '../../platform/config/index.js';
import { eventStoreDbEventStore } from '../../platform/eventStore/eventstoredb/index.js';
import { postgresEventStore } from '../../platform/eventStore/postgres/index.js';
import { systemIds } from '../../platform/ids/system.js';
import { loadMasterKey } from '../../platform/keys/masterKey.js';
import { opener } from '../../platform/keys/opener.js';
import { openKeyStore } from '../../platform/keys/postgres.js';
import type { Lifecycle } from '../../platform/lifecycle/index.js';
import { noLimits } from '../../platform/limits/memory.js';
import type { Logger } from '../../platform/observability/logger.js';
import { migrate } from '../../platform/readStore/migrate.js';
import { openReadStore } from '../../platform/readStore/open.js';
import { jwtAccessTokens } from '../../platform/tokens/jwt.js';
import { signingKeys } from '../../platform/tokens/signingKeys.js';
import {
  conversationSnapshot,
  deviceWatermarks,
  knownMessages,
} from '../../projections/conversations/commands.queries.js';
import { PROJECTIONS } from '../../projections/index.js';
import { createProjector } from '../../projections/kit/projector.js';
import type { SeedApp } from './run.js';

export interface OpenedSeedApp extends SeedApp {
  /** Brings the read model to the end of the log, whoever else projects. */
  project(): Promise<void>;
}

/** The engines and command handlers of a server without its edge: beside a running server, or alone. @throws StartError */
export async function openSeedApp(config: Config, logger: Logger, lifecycle: Lifecycle): Promise<OpenedSeedApp> {
  const { dataDir, databaseUrl, eventStoreUrl, masterKey: givenKey } = config;
  const clock = systemClock;
  const ids = systemIds(clock);
  const readStore = await openReadStore({ dataDir, databaseUrl, exclusive: false, logger });
  lifecycle.add('read store', () => readStore.close());
  const { pool, connectionString } = readStore;
  await migrate(pool);
  const eventStore =
    eventStoreUrl === undefined
      ? postgresEventStore({ pool, listenConnectionString: connectionString, clock, logger })
      : eventStoreDbEventStore({ connectionString: eventStoreUrl, logger });
  lifecycle.add('event store', () => eventStore.close());
  const masterKey = loadMasterKey({ dataDir, masterKey: givenKey });
  const keys = await openKeyStore({ pool, connectionString, masterKey, logger });
  lifecycle.add('keys', () => keys.close());
  const projector = createProjector({
    readStore,
    eventStore,
    open: opener({ keys, eventStore }),
    projections: PROJECTIONS,
    logger,
  });
  await projector.prepare();
  const states = conversationStates({ eventStore, findSnapshot: (id) => conversationSnapshot(pool, id) });
  const ttlMs = config.accessTokenTtlSeconds * 1000;
  const signing = signingKeys({ pool, wrap: masterKey, clock, newKid: () => ids.next(), tokenTtlMs: ttlMs });
  const tokens = sessions({ readStore, clock, tokens: jwtAccessTokens({ keys: signing, clock, ttlMs }) });
  const common = { eventStore, states, keys, clock, ids, limiter: noLimits };
  return {
    ...common,
    messages: messageHandlers({
      ...common,
      findKnown: (conversationId, wanted) => knownMessages(pool, conversationId, wanted),
    }),
    receipts: receiptHandlers({
      ...common,
      findWatermarks: (conversationId, deviceId) => deviceWatermarks(pool, conversationId, deviceId),
    }),
    issueTokens: (subject) => tokens.start(subject),
    publicId: encodeId,
    project: () => projector.catchUp(),
  };
}
