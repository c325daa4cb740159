import type { Logger } from '../../platform/observability/logger.js';
import type { Clock } from '../../platform/clock/port.js';
import type { EventStore, Position, StoredEvent } from '../../platform/eventStore/port.js';
import type { ConversationStates } from '../../domain/conversations/index.js';
import type { PreferenceStates } from '../../domain/preferences/index.js';
import type { Relations } from '../../domain/contacts/index.js';
import type { OpenedEvent } from '../../platform/keys/opener.js';
import { streamCategory, streamId } from '../../domain/shared/streams.js';
import { fault } from '../kit/errors.js';
import { accountRoutes } from './accountRoutes.js';
import type { Audience } from './audience.js';
import { channelFollowers } from './channels.js';
import { conversationRoutes } from './conversationRoutes.js';
import type { Cursors } from './cursors.js';
import type { LiveItem } from './item.js';
import { cursorAdvanced } from './payloads.js';
import { persisting } from './persist.js';
import type { LiveReads } from './reads.js';
import { LiveSource, type SourceDeps } from './source.js';

export interface LiveSession {
  readonly accountId: string;
  readonly deviceId: string;
}

export interface LiveHub {
  /** Everything that concerns the account, after the cursor or from now. @throws CURSOR_EXPIRED, BAD_USER_INPUT */
  updates(session: LiveSession, after: string | null): LiveSource;
  conversationUpdates(session: LiveSession, conversationId: string, after: string | null): Promise<LiveSource>;
  /** Calls back on the revocation of any device, in log order. */
  onDeviceRevoked(callback: (deviceId: string) => void): void;
  /** Follows the log from its head until the signal aborts; resolves at once when it is attached. */
  start(signal: AbortSignal): Promise<void>;
  /** Rejects when following the log failed for good. */
  readonly done: Promise<void>;
  position(): Position;
  /** False once following the log has failed. */
  readonly following: boolean;
  readonly sources: number;
}

export interface HubDeps {
  readonly eventStore: EventStore;
  readonly states: ConversationStates;
  readonly preferences: Pick<PreferenceStates, 'peek' | 'load'>;
  readonly relations: Pick<Relations, 'of'>;
  readonly cursors: Cursors;
  readonly open: (events: readonly StoredEvent[]) => Promise<readonly OpenedEvent[]>;
  /** Whether what happens there concerns the account. */
  readonly isIncluded: (conversationId: string, accountId: string) => Promise<boolean>;
  readonly onEvent: (event: StoredEvent) => void;
  readonly reads: LiveReads;
  readonly logger: Logger;
  readonly clock: Clock;
}

/** Also of a cursor that is past the head or has too much after it. */
export function cursorExpired(): Error {
  return fault(
    'CURSOR_EXPIRED',
    'what happened since this cursor cannot be replayed: take a snapshot and go on from its cursor',
  );
}

/** Lists are replaced, never changed: one that is gone through stays as it is. */
type Topics = Map<string, readonly LiveSource[]>;

/** From so many accounts on an update is told to many at once. */
const WIDE = 32;

/** Idle subscriptions get their cursor moved once in this time, spread over it. */
const CURSOR_ROUND_MS = 60_000;
const CURSOR_SLICES = 60;

export function liveHub(deps: HubDeps): LiveHub {
  const { eventStore, states, cursors } = deps;
  const accounts: Topics = new Map();
  const conversations: Topics = new Map();
  const all = new Set<LiveSource>();
  const revoked: ((deviceId: string) => void)[] = [];
  let position: Position;
  let done: Promise<void> = Promise.resolve();
  let following = false;

  const topicOf = (source: LiveSource): [Topics, string] =>
    source.conversationId === undefined ? [accounts, source.accountId] : [conversations, source.conversationId];

  const cursorOnly = (at: Position): LiveItem => ({
    position: at,
    cursor: cursors.encodeCursor(at),
    update: cursorAdvanced(deps.clock.now()),
    conversationId: undefined,
    rendered: new Map(),
  });

  const { waitForProjection, replay, checkReplay } = deps.reads;
  const followers = channelFollowers({ load: deps.reads.followedChannels, waitForProjection });
  const sourceDeps: SourceDeps = {
    waitForProjection,
    replay,
    checkReplay,
    cursorOnly,
    position: () => position,
    attach: (source) => followers.attach(source),
    register(source) {
      const [topics, key] = topicOf(source);
      topics.set(key, [...(topics.get(key) ?? []), source]);
      all.add(source);
    },
    unregister(source) {
      const [topics, key] = topicOf(source);
      const others = topics.get(key)?.filter((other) => other !== source) ?? [];
      if (others.length === 0) topics.delete(key);
      else topics.set(key, others);
      all.delete(source);
      followers.detach(source);
    },
  };

  /** The position moves in the same turn: a source that attaches while anything else of the event is waited for must replay it. */
  const deliver: Audience['deliver'] = (event, update, accountIds, conversation) => {
    position = event.position;
    if (update === undefined) return;
    let item: LiveItem | undefined;
    const itemOf = (): LiveItem =>
      (item ??= {
        position: event.position,
        cursor: cursors.encodeCursor(event.position),
        update,
        conversationId: conversation?.id,
        rendered: new Map(),
        wide: accountIds.length >= WIDE,
      });
    for (const accountId of accountIds) {
      const sources = accounts.get(accountId);
      if (sources !== undefined) for (const source of sources) source.push(itemOf());
    }
    if (conversation === undefined) return;
    for (const source of conversations.get(conversation.id) ?? [])
      if (conversation.tells(source.accountId)) source.push(itemOf());
  };

  const audience: Audience = {
    deliver,
    listens: (accountId) => accounts.has(accountId),
    sourcesOf: (conversationId) => conversations.get(conversationId) ?? [],
  };
  const ofConversations = conversationRoutes({ states, followers, watermarks: deps.reads.watermarks, audience });
  const ofAccounts = accountRoutes({ ...deps, waitForProjection, audience });

  const route = (event: OpenedEvent): void | Promise<void> => {
    const id = streamId(event.stream);
    switch (streamCategory(event.stream)) {
      case 'conversation':
        return ofConversations.entry(event, id);
      case 'receipts':
        return ofConversations.receipt(event, id);
      case 'reads':
        ofConversations.read(event, id);
        return;
      case 'preferences':
        return ofAccounts.preference(event, id);
      case 'contacts':
        ofAccounts.contact(event, id);
        return;
      case 'account': {
        const waiting = ofAccounts.account(event, id);
        if (event.type === 'ChannelFollowed' || event.type === 'ChannelUnfollowed') ofConversations.follow(event, id);
        if (event.type === 'DeviceRevoked')
          for (const callback of revoked) callback((event.data as { deviceId: string }).deviceId);
        return waiting;
      }
      default:
        return;
    }
  };

  const persist = persisting(deps.logger);
  const follow = async (signal: AbortSignal): Promise<void> => {
    for await (const batch of eventStore.subscribe(position, { signal })) {
      const events: StoredEvent[] = [];
      for (const item of batch) if (item.kind === 'event') events.push(item.event);
      if (events.length === 0) continue;
      const looking = ofAccounts.prepare(events, accounts.size > 0);
      if (looking !== undefined)
        await persist(looking, async () => ofAccounts.prepare(events, accounts.size > 0), signal);
      for (const event of await persist(deps.open(events), () => deps.open(events), signal)) {
        if (event.stream.startsWith('conversation-')) states.onEvent(event);
        deps.onEvent(event);
        const waiting = route(event);
        if (waiting !== undefined) await persist(waiting, async () => route(event), signal);
        position = event.position;
      }
    }
  };

  const moveIdleCursors = (signal: AbortSignal): void => {
    let slice = 0;
    const timer = setInterval(() => {
      let index = 0;
      const item = cursorOnly(position);
      for (const source of all) {
        if (index++ % CURSOR_SLICES === slice && source.idleAt !== undefined && source.idleAt < position)
          source.push(item);
      }
      slice = (slice + 1) % CURSOR_SLICES;
    }, CURSOR_ROUND_MS / CURSOR_SLICES);
    signal.addEventListener('abort', () => {
      clearInterval(timer);
    });
  };

  const startOf = (after: string | null): Position | undefined => {
    if (after === null) return undefined;
    const decoded = cursors.decodeCursor(after);
    if (decoded === undefined) throw fault('BAD_USER_INPUT', 'not a cursor of this API');
    if (decoded === 'foreign') throw cursorExpired();
    return decoded;
  };

  return {
    updates: (session, after) => new LiveSource(sourceDeps, session.accountId, undefined, startOf(after)),
    async conversationUpdates(session, conversationId, after) {
      if (!(await deps.isIncluded(conversationId, session.accountId)))
        throw fault('FORBIDDEN', 'the conversation does not exist or is not yours');
      return new LiveSource(sourceDeps, session.accountId, conversationId, startOf(after));
    },
    onDeviceRevoked(callback) {
      revoked.push(callback);
    },
    async start(signal) {
      position = await eventStore.head();
      following = true;
      done = follow(signal);
      done.catch((error: unknown) => {
        following = false;
        deps.logger.fatal({ err: error }, 'following the log failed');
      });
      moveIdleCursors(signal);
    },
    get done() {
      return done;
    },
    position: () => position,
    get following() {
      return following;
    },
    get sources() {
      return all.size;
    },
  };
}
