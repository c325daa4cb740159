import type { Logger } from '../../platform/observability/logger.js';
import type { Clock } from '../../platform/clock/port.js';
import type { EventStore, Position, StoredEvent } from '../../platform/eventStore/port.js';
import {
  isTold,
  toldOf,
  wasAdmin,
  type ConversationState,
  type ConversationStates,
} from '../../domain/conversations/index.js';
import { shownOf, type ChannelReadEvent, type ReceiptEvent } from '../../domain/receipts/index.js';
import type { LoadedPreferences, PreferenceStates } from '../../domain/preferences/index.js';
import type { Relations } from '../../domain/contacts/index.js';
import type { OpenedEvent } from '../../platform/keys/opener.js';
import { ADMIN_KINDS, entryOf, MEMBER_KINDS } from '../../projections/timeline/entry.js';
import { streamCategory, streamId } from '../../domain/shared/streams.js';
import { fault } from '../kit/errors.js';
import type { Cursors } from './cursors.js';
import type { LiveItem } from './item.js';
import type { LiveReads } from './reads.js';
import { persisting } from './persist.js';
import { LiveSource, type SourceDeps } from './source.js';
import { channelFollowers } from './channels.js';
import { groupReceipts } from './groupReceipts.js';
import { membershipUpdates } from './memberships.js';
import { cursorAdvanced, entryUpdate, everyoneAdvanced, shownReceipt, updateOf } from './payloads.js';
import { privacyChanged, relationRow, relationUpdate } from '../contacts/updates.js';
import { discovery } from './discovery.js';
import { preferenceRow, preferenceUpdate } from '../preferences/updates.js';
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

const NOBODY: ReadonlySet<string> = new Set();

/** After them, some are told nothing more of the conversation. */
const ENDS: ReadonlySet<string> = new Set(['MemberRemoved', 'MemberLeft', 'CommunityDeactivated']);

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

  /**
   * To the accounts' own subscriptions, and to those of the conversation that the same accounts have. The position moves in
   * the same turn: a source that attaches while anything else of the event is waited for must replay it.
   */
  const deliver = (
    event: Pick<StoredEvent, 'position'>,
    update: UpdateValue | undefined,
    accountIds: readonly string[],
    conversation?: { readonly id: string; readonly tells: (accountId: string) => boolean },
  ): void => {
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

  const receipts = groupReceipts({ load: deps.reads.watermarks });

  /** Members are told as of the event's own revision: the folded state may be ahead of the log that the node has seen. */
  const deliverEntry = (event: OpenedEvent, id: string, state: ConversationState): void | Promise<void> => {
    const entry = entryOf(event);
    if (state.kind === 'community' && MEMBER_KINDS.has(entry.kind)) {
      for (const { update, to } of membershipUpdates(entry, state))
        deliver(event, update, [...to], { id, tells: (accountId) => to.has(accountId) });
      if (ENDS.has(event.type)) endSubscriptions(id, state, event.revision);
      return;
    }
    const concerns = (accountId: string): boolean =>
      entry.withheld
        ? accountId === entry.authorId
        : !ADMIN_KINDS.has(entry.kind) || wasAdmin(state, accountId, event.revision);
    const all = toldOf(state, event.revision);
    const members = entry.withheld || ADMIN_KINDS.has(entry.kind) ? all.filter(concerns) : all;
    const following = state.kind === 'channel' && !ADMIN_KINDS.has(entry.kind) ? followers.of(id) : NOBODY;
    const told = following.size === 0 ? members : [...new Set([...members, ...following])];
    const tells = (accountId: string): boolean =>
      following.has(accountId) || (isTold(state, accountId, event.revision) && concerns(accountId));
    deliver(event, entryUpdate(entry), told, { id, tells });
    if (state.kind === 'channel') endFollowing(event, id);
    if (ENDS.has(event.type)) endSubscriptions(id, state, event.revision);
    if (event.type === 'MessageSent' && state.kind !== 'direct' && state.kind !== 'channel')
      return receipts.messageSent(id, event.revision, entry.authorId ?? '');
  };

  /** Who becomes an admin follows no more, and does so again only of itself. */
  const endFollowing = ({ type, data, position: at }: OpenedEvent, id: string): void => {
    const { members = [], accountId } = data as { readonly members?: readonly string[]; readonly accountId?: string };
    if (type === 'MembersAdded') for (const member of members) followers.changed(member, id, false, at);
    else if ((type === 'MemberRemoved' || type === 'MemberLeft') && accountId !== undefined)
      followers.changed(accountId, id, false, at);
  };

  const followChanged = ({ type, data, position: at }: OpenedEvent, accountId: string): void => {
    const { channelId } = data as { readonly channelId: string };
    followers.changed(accountId, channelId, type === 'ChannelFollowed', at);
    if (type === 'ChannelUnfollowed')
      for (const source of conversations.get(channelId) ?? []) if (source.accountId === accountId) source.finish();
  };

  /** Of those to whom nothing of the conversation is told any more. */
  const endSubscriptions = (id: string, state: ConversationState, revision: number): void => {
    for (const source of conversations.get(id) ?? [])
      if (!isTold(state, source.accountId, revision + 1) && !followers.of(id).has(source.accountId)) source.finish();
  };

  const deliverReceipt = (event: OpenedEvent, id: string, state: ConversationState): void => {
    if (state.kind === 'absent') return;
    const receipt = event.data as ReceiptEvent['data'];
    const { accountId } = receipt;
    const shown = shownOf(receipt);
    if (state.kind === 'direct' && receipt.private === undefined && shown !== undefined) {
      const tells = (account: string): boolean => state.members.has(account);
      deliver(event, updateOf(event), toldOf(state, Number.MAX_SAFE_INTEGER), { id, tells });
      return;
    }
    deliver(event, updateOf(event), [accountId], { id, tells: (account) => account === accountId });
    if (shown === undefined) return;
    if (state.kind === 'direct') {
      const others = [...state.members.keys()].filter((account) => account !== accountId);
      deliver(event, shownReceipt(id, receipt, shown), others, { id, tells: (account) => others.includes(account) });
      return;
    }
    const all = receipts.watermarkAdvanced(id, state, { accountId, ...shown });
    if (all === undefined) return;
    const authors = all.authors.filter((author) => author !== accountId);
    deliver(event, everyoneAdvanced({ conversationId: id, ...all }), authors, {
      id,
      tells: (account) => authors.includes(account),
    });
  };

  const stateOf = async (conversationId: string): Promise<ConversationState> =>
    (await states.load(conversationId)).state;

  /** The event has the changed fields alone; a device wants the whole profile. Rare enough to wait for. */
  const deliverProfile = async (event: OpenedEvent, accountId: string): Promise<void> => {
    const profile = await deps.reads.profile(accountId, event.position).catch(() => undefined);
    deliver(event, profile, [accountId]);
  };

  /** To the account's own devices. The folded state may be ahead of the log: what it says is told again then. */
  const deliverPreference = (event: OpenedEvent, accountId: string): void | Promise<void> => {
    const { conversationId } = event.data as { readonly conversationId: string };
    if (!accounts.has(accountId) && !conversations.has(conversationId)) return;
    const give = ({ state }: LoadedPreferences): void => {
      const row = preferenceRow(event, state);
      const update = row === undefined ? undefined : preferenceUpdate(row, deps.clock.now());
      deliver(event, update, [accountId], { id: conversationId, tells: (account) => account === accountId });
    };
    const loaded = deps.preferences.peek(accountId);
    if (loaded === undefined) return deps.preferences.load(accountId).then(give);
    give(loaded);
  };

  const discovered = discovery({ findOwners: deps.reads.owners, waitForProjection });

  const deliverDiscovery = (event: OpenedEvent, accountId: string): void => {
    for (const { ownerId, phoneHmac } of discovered.ownersOf(event))
      deliver(event, relationUpdate({ kind: 'contact_discovered', ownerId, phoneHmac, accountId }), [ownerId]);
  };

  /** As a whole. The node's view may be ahead of the log: what it says is told again then. */
  const deliverPrivacy = async (event: OpenedEvent, accountId: string): Promise<void> => {
    deliver(event, privacyChanged((await deps.relations.of(accountId)).privacy), [accountId]);
  };

  const route = (event: OpenedEvent): void | Promise<void> => {
    const id = streamId(event.stream);
    switch (streamCategory(event.stream)) {
      case 'conversation': {
        const loaded = states.peek(id);
        if (loaded !== undefined) return deliverEntry(event, id, loaded.state);
        return stateOf(id).then((state) => deliverEntry(event, id, state));
      }
      case 'receipts': {
        const loaded = states.peek(id);
        if (loaded !== undefined) {
          deliverReceipt(event, id, loaded.state);
          return;
        }
        return stateOf(id).then((state) => {
          deliverReceipt(event, id, state);
        });
      }
      case 'reads': {
        const { channelId } = event.data as ChannelReadEvent['data'];
        deliver(event, updateOf(event), [id], { id: channelId, tells: (account) => account === id });
        return;
      }
      case 'preferences':
        return deliverPreference(event, id);
      case 'contacts':
        deliver(event, relationUpdate(relationRow(event)), [id]);
        return;
      case 'account':
        if (event.type === 'AccountRegistered') deliverDiscovery(event, id);
        if (event.type === 'PrivacyChanged') return accounts.has(id) ? deliverPrivacy(event, id) : undefined;
        if (event.type === 'ProfileChanged') return accounts.has(id) ? deliverProfile(event, id) : undefined;
        deliver(event, updateOf(event), [id]);
        if (event.type === 'ChannelFollowed' || event.type === 'ChannelUnfollowed') followChanged(event, id);
        if (event.type === 'DeviceRevoked')
          for (const callback of revoked) callback((event.data as { deviceId: string }).deviceId);
        return;
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
      const looking = discovered.prepare(events, accounts.size > 0);
      if (looking !== undefined)
        await persist(looking, async () => discovered.prepare(events, accounts.size > 0), signal);
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
