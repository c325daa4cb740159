import { presenceWatches, type PresenceWatches } from '../api/presence/watches.js';
import { typingRooms, type TypingRooms } from '../api/typing/rooms.js';
import { isMember } from '../domain/conversations/index.js';
import { BEAT_MS, presenceHandlers, type PresenceHandlers, visibilityOf } from '../domain/presence/index.js';
import { streamCategory, streamId } from '../domain/shared/streams.js';
import type { StoredEvent } from '../platform/eventStore/port.js';
import { systemIds } from '../platform/ids/system.js';
import { lastSeenOfAccounts } from '../projections/presence/presence.queries.js';
import type { App } from './compose.js';

/** Presence and typing of one node: what it says of its sockets, and what it tells its subscriptions. */
export interface NodePresence {
  readonly handlers: PresenceHandlers;
  readonly watches: PresenceWatches;
  readonly rooms: TypingRooms;
  readonly isMember: (conversationId: string, accountId: string) => Promise<boolean>;
  /** From the log, in order, after the states have seen it. */
  onEvent(event: StoredEvent): void;
}

const TICK_MS = 1_000;

/** What changes who may know what of whom: the stream's account, and whom the event names. */
const RECONSIDERED = new Set([
  'PrivacyChanged',
  'AccountBlocked',
  'AccountUnblocked',
  'ContactSaved',
  'ContactRemoved',
]);

/** Begins before the first socket, and ends after the last one. */
export async function startPresence(app: App): Promise<NodePresence> {
  const { cache, clock, signals, eventStore, logger, metrics, lifecycle, states, readStore } = app;
  const visibility = visibilityOf(app.relations);
  const handlers = presenceHandlers({
    nodeId: systemIds(clock).next(),
    cache,
    shared: app.fleet,
    signals,
    eventStore,
    clock,
    logger,
    findLastSeen: (ids) => lastSeenOfAccounts(readStore.pool, ids),
  });
  const watches = presenceWatches({
    presence: handlers,
    signals,
    visibility,
    clock,
    logger,
    onTold: (kind, presences) => {
      metrics.presenceNotices.inc({ kind }, presences);
    },
  });
  const memberOf = async (conversationId: string, accountId: string): Promise<boolean> =>
    isMember((states.peek(conversationId) ?? (await states.load(conversationId))).state, accountId);
  const rooms = typingRooms({
    signals,
    visibility,
    isMember: memberOf,
    clock,
    logger,
    onTold: () => {
      metrics.typingNotices.inc();
    },
  });
  metrics.gauge(
    'online_accounts',
    'Accounts with a socket on this node, or with one less than a minute ago',
    () => handlers.held,
  );
  metrics.gauge('watched_accounts', 'Accounts whose presence somebody on this node watches', () => watches.watched);

  const failed = (error: unknown): void => {
    logger.error({ err: error }, 'presence failed');
  };
  const tick = setInterval(() => {
    handlers.sweep().then(() => watches.flush(), failed);
    rooms.sweep();
  }, TICK_MS);
  const beat = setInterval(() => {
    watches.retry();
    handlers.beat().catch(failed);
  }, BEAT_MS);
  lifecycle.add('presence', async () => {
    clearInterval(tick);
    clearInterval(beat);
    await handlers.stop();
  });
  await handlers.beat();

  return {
    handlers,
    watches,
    rooms,
    isMember: memberOf,
    onEvent(event) {
      if (event.type === 'MessageSent') {
        rooms.messageSent(streamId(event.stream), event.metadata.actor?.account ?? '', event.metadata.occurredAt);
      } else if (RECONSIDERED.has(event.type) && streamCategory(event.stream) !== 'conversation') {
        const { accountId } = event.data as { readonly accountId?: string };
        watches.reconsider(streamId(event.stream));
        if (accountId !== undefined) watches.reconsider(accountId);
      }
    },
  };
}
