import type { Logger } from '../../platform/observability/logger.js';
import type { Clock } from '../../platform/clock/port.js';
import type { EventStore, Position, StoredEvent } from '../../platform/eventStore/port.js';
import type { ConversationStates } from '../../domain/conversations/index.js';
import type { OpenedEvent } from '../../platform/keys/opener.js';
import { streamCategory, streamId } from '../../domain/shared/streams.js';
import { fault } from '../kit/errors.js';
import type { Cursors } from './cursors.js';
import type { LiveItem } from './item.js';
import type { LiveReads } from './reads.js';
import { LiveSource, type SourceDeps } from './source.js';
import { cursorAdvanced, updateOf } from './payloads.js';
import type { UpdateValue } from './updates.js';

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
  readonly cursors: Cursors;
  readonly open: (events: readonly StoredEvent[]) => Promise<readonly OpenedEvent[]>;
  readonly isMember: (conversationId: string, accountId: string) => Promise<boolean>;
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

type Topics = Map<string, Set<LiveSource>>;

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
  const sourceDeps: SourceDeps = {
    waitForProjection,
    replay,
    checkReplay,
    cursorOnly,
    position: () => position,
    register(source) {
      const [topics, key] = topicOf(source);
      const set = topics.get(key);
      if (set === undefined) topics.set(key, new Set([source]));
      else set.add(source);
      all.add(source);
    },
    unregister(source) {
      const [topics, key] = topicOf(source);
      const set = topics.get(key);
      set?.delete(source);
      if (set?.size === 0) topics.delete(key);
      all.delete(source);
    },
  };

  const deliver = (
    event: OpenedEvent,
    accountIds: readonly string[],
    conversationId: string | undefined,
    read?: UpdateValue,
  ): void => {
    let item: LiveItem | undefined;
    const push = (set: Set<LiveSource> | undefined): void => {
      if (set === undefined) return;
      if (item === undefined) {
        const update = read ?? updateOf(event);
        if (update === undefined) return;
        item = {
          position: event.position,
          cursor: cursors.encodeCursor(event.position),
          update,
          conversationId,
          rendered: new Map(),
        };
      }
      for (const source of set) source.push(item);
    };
    for (const accountId of accountIds) push(accounts.get(accountId));
    if (conversationId !== undefined) push(conversations.get(conversationId));
  };

  const membersOf = async (conversationId: string): Promise<readonly string[]> => {
    const loaded = states.peek(conversationId) ?? (await states.load(conversationId));
    return loaded.state.kind === 'absent' ? [] : loaded.state.members;
  };

  /** The event has the changed fields alone; a device wants the whole profile. Rare enough to wait for. */
  const deliverProfile = async (event: OpenedEvent, accountId: string): Promise<void> => {
    const profile = await deps.reads.profile(accountId, event.position).catch(() => undefined);
    if (profile !== undefined) deliver(event, [accountId], undefined, profile);
  };

  const route = (event: OpenedEvent): void | Promise<void> => {
    const id = streamId(event.stream);
    switch (streamCategory(event.stream)) {
      case 'conversation':
      case 'receipts': {
        const loaded = states.peek(id);
        if (loaded !== undefined) {
          deliver(event, loaded.state.kind === 'absent' ? [] : loaded.state.members, id);
          return;
        }
        return membersOf(id).then((members) => {
          deliver(event, members, id);
        });
      }
      case 'account':
        if (event.type === 'ProfileChanged') return accounts.has(id) ? deliverProfile(event, id) : undefined;
        deliver(event, [id], undefined);
        if (event.type === 'DeviceRevoked')
          for (const callback of revoked) callback((event.data as { deviceId: string }).deviceId);
        return;
      default:
        return;
    }
  };

  const follow = async (signal: AbortSignal): Promise<void> => {
    for await (const batch of eventStore.subscribe(position, { signal })) {
      const events: StoredEvent[] = [];
      for (const item of batch) if (item.kind === 'event') events.push(item.event);
      if (events.length === 0) continue;
      for (const event of await deps.open(events)) {
        if (event.stream.startsWith('conversation-')) states.onEvent(event);
        deps.onEvent(event);
        const waiting = route(event);
        if (waiting !== undefined) await waiting;
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
      if (!(await deps.isMember(conversationId, session.accountId)))
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
