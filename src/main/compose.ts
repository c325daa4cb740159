import { caseHandlers, type CaseHandlers } from '../domain/cases/index.js';
import { evidenceOf } from '../projections/timeline/evidence.queries.js';
import { accountHandlers, type AccountHandlers, type SeedDeps } from '../domain/accounts/index.js';
import {
  blockBetween,
  contactHandlers,
  relations,
  type ContactHandlers,
  type Relations,
} from '../domain/contacts/index.js';
import {
  communityHandlers,
  communityLinks,
  type CommunityHandlers,
  type CommunityLinks,
} from '../domain/communities/index.js';
import { channelAudience, channelHandlers, type Audience, type ChannelHandlers } from '../domain/channels/index.js';
import { isFollowing } from '../projections/lists/lists.queries.js';
import { broadcastHandlers, type BroadcastHandlers } from '../domain/broadcasts/index.js';
import {
  conversationHandlers,
  conversationStates,
  conversationWriter,
  isMember,
  type ConversationHandlers,
  type ConversationStates,
  type ConversationWriter,
} from '../domain/conversations/index.js';
import { disappearingHandlers, type DisappearingHandlers } from '../domain/disappearing/index.js';
import { groupHandlers, type GroupHandlers } from '../domain/groups/index.js';
import {
  preferenceHandlers,
  preferenceStates,
  scheduledHandlers,
  type PreferenceHandlers,
  type PreferenceStates,
  type ScheduledHandlers,
} from '../domain/preferences/index.js';
import { receiptHandlers, receiptTimes, type ReceiptHandlers, type ReceiptTimes } from '../domain/receipts/index.js';
import { typingHandlers, type TypingHandlers } from '../domain/typing/index.js';
import type { Cache } from '../platform/cache/port.js';
import type { Alarm } from '../platform/clock/port.js';
import { accountStream } from '../domain/shared/streams.js';
import { systemClock } from '../platform/clock/system.js';
import type { Config } from '../platform/config/index.js';
import { eventStoreDbEventStore } from '../platform/eventStore/eventstoredb/index.js';
import type { EventStore } from '../platform/eventStore/port.js';
import { postgresEventStore } from '../platform/eventStore/postgres/index.js';
import { systemIds } from '../platform/ids/system.js';
import { loadMasterKey } from '../platform/keys/masterKey.js';
import { opener, type Opener } from '../platform/keys/opener.js';
import { openKeyStore, type PostgresKeyStore } from '../platform/keys/postgres.js';
import { createLifecycle, type Lifecycle } from '../platform/lifecycle/index.js';
import { noLimits } from '../platform/limits/memory.js';
import type { Limiter } from '../platform/limits/port.js';
import { countedRefusals, timedAppends } from '../platform/observability/instrument.js';
import type { Logger } from '../platform/observability/logger.js';
import { createMetrics, type Metrics } from '../platform/observability/metrics.js';
import type { BoundsByUse } from '../platform/readStore/bounds.js';
import { migrate } from '../platform/readStore/migrate.js';
import { openReadStore } from '../platform/readStore/open.js';
import type { ReadStore } from '../platform/readStore/port.js';
import type { Signals } from '../platform/signals/port.js';
import { developmentOutbox, type DevelopmentOutbox } from '../platform/sms/outbox.js';
import { twilioSms } from '../platform/sms/twilio.js';
import { jwtAccessTokens } from '../platform/tokens/jwt.js';
import type { AccessTokens } from '../platform/tokens/port.js';
import { signingKeys } from '../platform/tokens/signingKeys.js';
import { accountsById, deviceStates } from '../projections/accounts/accounts.queries.js';
import { accountRelations, accountsByNumber, contactBook } from '../projections/contacts/commands.queries.js';
import {
  conversationSnapshot,
  deviceWatermarks,
  isRemovedMember,
  knownMessages,
} from '../projections/conversations/commands.queries.js';
import { PROJECTIONS } from '../projections/index.js';
import { placeOfMessage, preferencesSnapshot } from '../projections/preferences/preferences.queries.js';
import { createProjector, type Projector } from '../projections/kit/projector.js';
import { messageFeatures, type MessageFeatures } from './messages.js';
import { openShared } from './shared.js';

export interface ComposeOptions {
  readonly logger: Logger;
  /** A server takes the data for itself; a tool works beside it. */
  readonly exclusive: boolean;
  /** A tool that acts for many devices at once is not limited. */
  readonly limited?: boolean;
  /** For tests; otherwise that of the system. */
  readonly clock?: Alarm;
  /** For tests; otherwise those of the read store. */
  readonly bounds?: BoundsByUse;
}

/** Engines, ports and features of one process, without anything that listens. */
export interface App {
  readonly config: Config;
  readonly clock: Alarm;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly lifecycle: Lifecycle;
  readonly readStore: ReadStore;
  readonly eventStore: EventStore;
  readonly keys: PostgresKeyStore;
  readonly open: Opener;
  readonly limiter: Limiter;
  readonly cache: Cache;
  readonly signals: Signals;
  /** Whether other nodes share cache and signals. */
  readonly fleet: boolean;
  readonly tokens: AccessTokens;
  readonly outbox: DevelopmentOutbox | undefined;
  readonly states: ConversationStates;
  readonly writer: ConversationWriter;
  readonly preferences: PreferenceStates;
  readonly relations: Relations;
  readonly audience: Audience;
  readonly projector: Projector;
  readonly handlers: MessageFeatures & {
    readonly accounts: AccountHandlers;
    readonly contacts: ContactHandlers;
    readonly cases: CaseHandlers;
    readonly conversations: ConversationHandlers;
    readonly groups: GroupHandlers;
    readonly broadcasts: BroadcastHandlers;
    readonly channels: ChannelHandlers;
    readonly communities: CommunityHandlers;
    readonly communityLinks: CommunityLinks;
    readonly disappearing: DisappearingHandlers;
    readonly receipts: ReceiptHandlers;
    readonly receiptTimes: ReceiptTimes;
    readonly preferences: PreferenceHandlers;
    readonly scheduled: ScheduledHandlers;
    readonly typing: TypingHandlers;
  };
  /** For what follows from something that was limited already. */
  readonly unlimited: { readonly conversations: ConversationHandlers; readonly messages: MessageFeatures['messages'] };
  /** For `registerMany`. */
  readonly seedDeps: SeedDeps;
  /** By port, the adapter that serves it. */
  readonly adapters: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

/** How long a command waits for the read model to have what was acknowledged a moment ago. */
const CAUGHT_UP_MS = 5_000;

/** @throws StartError, after stopping what had started. */
export async function compose(config: Config, options: ComposeOptions): Promise<App> {
  const lifecycle = createLifecycle(options.logger);
  try {
    return await build(config, options, lifecycle);
  } catch (error) {
    await lifecycle.stop();
    throw error;
  }
}

async function build(
  config: Config,
  { logger, exclusive, limited = true, clock = systemClock, bounds }: ComposeOptions,
  lifecycle: Lifecycle,
): Promise<App> {
  const { dataDir, databaseUrl } = config;
  const ids = systemIds(clock);
  const readStore = await openReadStore({ dataDir, databaseUrl, exclusive, logger, ...(bounds && { bounds }) });
  lifecycle.add('read store', () => readStore.close(), 40_000);
  const { pool, connectionString } = readStore;
  await migrate(readStore.upkeep);
  const masterKey = loadMasterKey({ dataDir, masterKey: config.masterKey });
  const keys = await openKeyStore({ pool, connectionString, masterKey, logger });
  lifecycle.add('keys', () => keys.close());
  const metrics = createMetrics();
  const untimed =
    config.eventStoreUrl === undefined
      ? postgresEventStore({ pool, listenConnectionString: connectionString, clock, logger })
      : eventStoreDbEventStore({ connectionString: config.eventStoreUrl, logger });
  lifecycle.add('event store', () => untimed.close());
  const eventStore = timedAppends(untimed, metrics);
  const shared = await openShared({ redisUrl: config.redisUrl, clock, ids, lifecycle, logger, metrics });

  const open = opener({ keys, eventStore });
  const projector = createProjector({
    readStore,
    eventStore,
    open,
    projections: PROJECTIONS,
    logger,
    onProjected: (_position, events) => metrics.projectedEvents.inc(events.length),
  });
  await projector.prepare();

  const tokenTtlMs = config.accessTokenTtlSeconds * 1000;
  const tokens = jwtAccessTokens({
    keys: signingKeys({ pool, wrap: masterKey, clock, newKid: () => ids.next(), tokenTtlMs }),
    clock,
    ttlMs: tokenTtlMs,
  });
  const limiter = config.rateLimits && limited ? countedRefusals(shared.limiter, metrics) : noLimits;
  const outbox = config.twilio === undefined ? developmentOutbox(pool, clock) : undefined;
  const sms = config.twilio === undefined ? (outbox ?? developmentOutbox(pool, clock)) : twilioSms(config.twilio);
  const states = conversationStates({ eventStore, findSnapshot: (id) => conversationSnapshot(pool, id) });
  const preferences = preferenceStates({ eventStore, findSnapshot: (id) => preferencesSnapshot(pool, id) });
  const related = relations({
    eventStore,
    findRelations: (accountId) => accountRelations(pool, accountId),
    findAccounts: (phoneHmacs) => accountsByNumber(pool, phoneHmacs),
  });
  const writer = conversationWriter({
    eventStore,
    states,
    findKnown: (id, ids) => knownMessages(pool, id, ids),
    blockBetween: (a, b) => blockBetween(related, a, b),
  });
  const accounts = accountHandlers({
    eventStore,
    keys,
    clock,
    ids,
    limiter,
    sms,
    tokens,
    readStore,
    findDevices: (deviceIds) => deviceStates(pool, deviceIds),
    onPrivacyChanged: related.forget,
  });
  /** By the log, for what the read model does not have yet. */
  const isRegistered = async (accountId: string): Promise<boolean> => {
    for await (const event of eventStore.readStream(accountStream(accountId), { limit: 1 }))
      return event.type === 'AccountRegistered';
    return false;
  };
  const existing = async (accountIds: readonly string[]): Promise<ReadonlySet<string>> => {
    const known = await accountsById(pool, accountIds);
    const exist = await Promise.all(
      accountIds.map(async (accountId) => known.has(accountId) || isRegistered(accountId)),
    );
    return new Set(accountIds.filter((_accountId, index) => exist[index]));
  };
  const accountExists = async (accountId: string): Promise<boolean> => (await existing([accountId])).size > 0;
  const mayAdd = async (actor: string, account: string): Promise<'yes' | 'invite'> =>
    (await related.of(account)).allows('addToGroups', actor) ? 'yes' : 'invite';
  const caughtUp = async (): Promise<boolean> => projector.waitFor(await eventStore.head(), CAUGHT_UP_MS);
  const following = (accountId: string, channelId: string): Promise<boolean> => isFollowing(pool, accountId, channelId);
  const audience = channelAudience({ states, isFollowing: following, caughtUp });
  const links = communityLinks({ eventStore, writer, states, clock });
  const conversationsWith = (by: Limiter): ConversationHandlers =>
    conversationHandlers({ eventStore, states, relations: related, clock, ids, limiter: by, accountExists });
  const messagesWith = (by: Limiter): MessageFeatures =>
    messageFeatures({ pool, eventStore, writer, states, keys, clock, ids, limiter: by, caughtUp });
  const handlers = {
    accounts,
    cases: caseHandlers({
      eventStore,
      keys,
      clock,
      ids,
      limiter,
      accountExists,
      findMessage: (viewer, id) => evidenceOf(pool, viewer, id),
    }),
    contacts: contactHandlers({
      eventStore,
      keys,
      clock,
      ids,
      limiter,
      findBook: (owner, parts) => contactBook(pool, owner, parts),
      accountExists,
      onAppended: related.forget,
    }),
    conversations: conversationsWith(limiter),
    groups: groupHandlers({
      ...{ writer, states, keys, clock, ids, limiter, existing, mayAdd },
      isRemoved: (id, account) => isRemovedMember(pool, id, account),
    }),
    ...messagesWith(limiter),
    communities: communityHandlers({ eventStore, writer, states, links, keys, clock, ids, limiter }),
    communityLinks: links,
    channels: channelHandlers({
      eventStore,
      writer,
      states,
      keys,
      clock,
      ids,
      limiter,
      accountExists,
      mayAdd,
      isFollowing: following,
      caughtUp,
    }),
    disappearing: disappearingHandlers({ eventStore, writer, keys, clock, ids, limiter }),
    broadcasts: broadcastHandlers({ writer, states, keys, clock, ids, limiter, existing }),
    receipts: receiptHandlers({
      eventStore,
      states,
      relations: related,
      clock,
      ids,
      limiter,
      findWatermarks: (id, { account, device }) => deviceWatermarks(pool, id, account, device),
      follows: audience.follows,
    }),
    receiptTimes: receiptTimes({ eventStore }),
    scheduled: scheduledHandlers({
      eventStore,
      states: preferences,
      keys,
      clock,
      ids,
      limiter,
      isMember: async (id, accountId) => isMember((await states.load(id)).state, accountId),
    }),
    preferences: preferenceHandlers({
      eventStore,
      states: preferences,
      keys,
      clock,
      ids,
      limiter,
      standingOf: audience.standingOf,
      findMessage: (accountId, messageId) => placeOfMessage(pool, accountId, messageId),
    }),
    typing: typingHandlers({ states, limiter, signals: shared.signals, clock }),
  };
  const unlimited = { conversations: conversationsWith(noLimits), messages: messagesWith(noLimits).messages };
  return {
    config,
    clock,
    logger,
    metrics,
    lifecycle,
    readStore,
    eventStore,
    keys,
    open,
    limiter,
    cache: shared.cache,
    signals: shared.signals,
    fleet: config.redisUrl !== undefined,
    tokens,
    outbox,
    states,
    writer,
    preferences,
    relations: related,
    audience,
    projector,
    handlers,
    unlimited,
    seedDeps: { eventStore, keys, clock, ids },
    adapters: {
      'event store': config.eventStoreUrl === undefined ? `Postgres (${readStore.kind})` : 'EventStoreDB',
      'read store': readStore.kind === 'embedded' ? `Postgres, embedded in ${dataDir}` : 'Postgres (DATABASE_URL)',
      keys: `Postgres, wrapped by ${masterKey.source}`,
      'cache, limits, signals': shared.adapter,
      sms: config.twilio === undefined ? 'local outbox' : 'Twilio',
      'link previews': config.linkPreviews === undefined ? 'off' : 'fetched from the internet',
    },
    stop: async () => {
      await lifecycle.stop();
    },
  };
}
