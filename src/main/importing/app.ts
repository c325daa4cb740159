import { mkdirSync } from 'node:fs';
import { conversationHandlers, conversationStates } from '../../domain/conversations/index.js';
import { messageHandlers } from '../../domain/messages/index.js';
import { systemClock } from '../../platform/clock/system.js';
import type { Config } from '../../platform/config/index.js';
import { systemIds } from '../../platform/ids/system.js';
import type { Lifecycle } from '../../platform/lifecycle/index.js';
import { noLimits } from '../../platform/limits/memory.js';
import type { Logger } from '../../platform/observability/logger.js';
import { conversationSnapshot, knownMessages } from '../../projections/conversations/commands.queries.js';
import { PROJECTIONS } from '../../projections/index.js';
import { createProjector } from '../../projections/kit/projector.js';
import { openEngines } from '../projections/engines.js';
import type { ImportApp } from './run.js';

/** The handlers on the data of a server, running or not; `project` brings the read models to the end of the log. */
export async function openImportApp(
  config: Config,
  logger: Logger,
  lifecycle: Lifecycle,
): Promise<ImportApp & { project(): Promise<void> }> {
  if (config.databaseUrl === undefined) mkdirSync(config.dataDir, { recursive: true });
  const engines = await openEngines(config, logger, lifecycle);
  const { eventStore, keys, readStore } = engines;
  const { pool } = readStore;
  const projector = createProjector({ ...engines, projections: PROJECTIONS, logger });
  await projector.prepare();
  const states = conversationStates({ eventStore, findSnapshot: (id) => conversationSnapshot(pool, id) });
  const shared = { eventStore, states, keys, clock: systemClock, ids: systemIds(systemClock), limiter: noLimits };
  return {
    ...shared,
    conversations: conversationHandlers({
      ...shared,
      // Both were registered a moment ago, which the read model need not know yet.
      accountExists: () => Promise.resolve(true),
    }),
    messages: messageHandlers({ ...shared, findKnown: (id, ids) => knownMessages(pool, id, ids) }),
    project: () => projector.catchUp(),
  };
}
