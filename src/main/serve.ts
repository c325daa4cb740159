import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Services } from '../api/kit/context.js';
import { hasDevOutbox } from '../api/kit/context.js';
import { validationRules } from '../api/kit/limits.js';
import { cursorsOf } from '../api/live/cursors.js';
import { liveHub, type LiveHub } from '../api/live/hub.js';
import { liveReads } from '../api/live/reads.js';
import { buildApiSchema } from '../api/schema.js';
import { createHttpServer, playgroundFolder, presenterOf, showsSchema } from '../api/server.js';
import { createSocketServer } from '../api/ws.js';
import { projectRoot } from '../platform/config/index.js';
import { StartError } from '../platform/lifecycle/index.js';
import { allBuilds, refreshStatistics } from '../projections/kit/builds.js';
import { snapshotPosition } from '../projections/kit/snapshot.js';
import { parkedEvents } from '../workers/kit/retries.js';
import type { App } from './compose.js';
import { runWorkers } from './workers.js';
import { startPresence, type NodePresence } from './presence.js';

const CATCH_UP_MS = 60_000;

/** Follows the log, projects it and serves the API. @returns the address, such as http://127.0.0.1:4000 */
export async function serve(app: App): Promise<string> {
  const { config, lifecycle, logger, readStore, projector, states, eventStore, handlers } = app;
  const following = new AbortController();
  const cursors = cursorsOf(await eventStore.logId());
  const reads = liveReads({
    pool: readStore.pool,
    cursors,
    waitFor: (position, ms) => projector.waitFor(position, ms),
    head: () => eventStore.head(),
    clock: app.clock,
  });
  const presence = await startPresence(app);
  const hub = liveHub({
    eventStore,
    states,
    preferences: app.preferences,
    relations: app.relations,
    cursors,
    open: app.open,
    isIncluded: app.audience.includes,
    onEvent: (event) => {
      handlers.accounts.devices.onEvent(event);
      if (event.stream.startsWith('preferences-')) app.preferences.onEvent(event);
      app.relations.onEvent(event);
      presence.onEvent(event);
    },
    reads,
    logger,
    clock: app.clock,
  });
  const services = servicesOf(app, hub, cursors, presence);
  const schema = buildApiSchema({ development: hasDevOutbox(services) });
  const health = healthOf(app, hub);
  const http = createHttpServer({
    schema,
    services,
    logger,
    metrics: app.metrics.registry,
    health,
    playground: playgroundFolder(projectRoot),
  });

  let projecting: Promise<void> = Promise.resolve();
  lifecycle.add('followers of the log', async () => {
    following.abort();
    await Promise.allSettled([projecting, hub.done]);
  });
  await hub.start(following.signal);
  projecting = projector.run(following.signal);
  projecting.catch((error: unknown) => {
    logger.fatal({ err: error }, 'projecting failed');
  });
  // Not listening before the read model has caught up: a query would show an older state than before the restart.
  const before = projector.position();
  await projector.waitFor(hub.position(), CATCH_UP_MS);
  if (projector.position() !== before) await refreshStatistics(readStore.upkeep);

  const sockets = createSocketServer({
    http,
    schema,
    rules: validationRules({ introspection: showsSchema(services) }),
    services,
    hub,
    presence: presence.handlers,
    present: presenterOf(logger),
  });
  const working = new AbortController();
  const worked = runWorkers(app, working.signal);
  lifecycle.add('workers', async () => {
    working.abort();
    await worked;
  });
  app.metrics.gauge('sockets', 'Open WebSockets', () => sockets.connections);
  app.metrics.gauge('subscriptions', 'Running subscriptions', () => hub.sources);
  const url = await listen(http, config.host, config.port);
  lifecycle.add('api', async () => {
    const closed = closeHttp(http);
    await sockets.stop();
    await closed;
  });
  return url;
}

function servicesOf(
  app: App,
  hub: LiveHub,
  cursors: Services['cursors'],
  { watches, rooms, isMember: memberOf }: NodePresence,
): Services {
  const { config, readStore, projector } = app;
  return {
    config: { mode: config.mode, host: config.host },
    ...app.handlers,
    relations: app.relations,
    reads: {
      pool: readStore.pool,
      transaction: readStore.transaction,
      waitFor: (position, timeoutMs) => projector.waitFor(position, timeoutMs),
      position: (db) => snapshotPosition(db),
    },
    live: hub,
    presence: watches,
    typing: { set: (command) => app.handlers.typing.set(command), watch: rooms.watch, isMember: memberOf },
    cursors,
    limiter: app.limiter,
    cache: app.cache,
    signals: app.signals,
    tokens: app.tokens,
    keys: app.keys,
    clock: app.clock,
    ...(app.outbox !== undefined && { outbox: app.outbox }),
  };
}

function healthOf(
  { eventStore, readStore, projector, lifecycle }: App,
  hub: LiveHub,
): Parameters<typeof createHttpServer>[0]['health'] {
  const answers = (check: Promise<unknown>): Promise<boolean> =>
    check.then(
      () => true,
      () => false,
    );
  return {
    live: () => undefined,
    parked: () => parkedEvents(readStore.pool).catch(() => 0),
    async ready() {
      const [eventStoreAnswers, readStoreAnswers, unparked] = await Promise.all([
        answers(eventStore.head()),
        answers(readStore.pool.query('SELECT 1')),
        allBuilds(readStore.pool).then(
          (builds) => builds.every(({ parked }) => parked === null),
          () => false,
        ),
      ]);
      return {
        eventStore: eventStoreAnswers,
        readStore: readStoreAnswers,
        projections: unparked && projector.parked() === undefined,
        live: hub.following,
        accepting: !lifecycle.stopping,
      };
    },
  };
}

function listen(http: Server, host: string, port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    http.once('error', (error: NodeJS.ErrnoException) => {
      const reason =
        error.code === 'EADDRINUSE'
          ? 'another program listens there'
          : error.code === 'EACCES'
            ? 'that port needs more rights'
            : (error.code ?? error.message);
      reject(new StartError(`Cannot listen on ${host}:${String(port)}: ${reason}. Set PORT to another one.`));
    });
    http.listen(port, host, 4096, () => {
      const { port: taken } = http.address() as AddressInfo;
      resolve(`http://${host.includes(':') ? `[${host}]` : host}:${String(taken)}`);
    });
  });
}

function closeHttp(http: Server): Promise<void> {
  return new Promise((resolve) => {
    http.close(() => {
      resolve();
    });
    http.closeIdleConnections();
  });
}
