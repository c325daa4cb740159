import {
  EVERYBODY_TOPIC,
  NO_SIGHT,
  sameSeen,
  seen,
  type PresenceHandlers,
  type PresenceStatus,
  type SeenPresence,
  type Sight,
  type Visibility,
} from '../../domain/presence/index.js';
import type { Clock } from '../../platform/clock/port.js';
import type { Logger } from '../../platform/observability/logger.js';
import type { Signals } from '../../platform/signals/port.js';
import { encodeId } from '../kit/nodeIds.js';
import { PresenceSource, type PresenceItem, type PresenceRegistry } from './source.js';
import type { Presence } from './types.js';
import { watchedAccounts, type Watched } from './watched.js';

export interface PresenceWatches {
  watch(viewer: string, accountIds: readonly string[]): PresenceSource;
  /** What a viewer may know now, of each account. */
  see(viewer: string, accountIds: readonly string[]): Promise<readonly Presence[]>;
  /** Who may know what of the account has changed. */
  reconsider(accountId: string): void;
  /** Once a second: tells what has changed since, of each account at most once. */
  flush(): Promise<void>;
  /** Looks again at whom the last look was not sure of. Every beat. */
  retry(): void;
  /** Accounts that somebody on this node watches, or did a minute ago. */
  readonly watched: number;
}

export interface PresenceWatchesDeps {
  readonly presence: Pick<PresenceHandlers, 'read' | 'onRecheck'>;
  readonly signals: Signals;
  readonly visibility: Visibility;
  readonly clock: Clock;
  readonly logger: Pick<Logger, 'warn'>;
  readonly onTold: (kind: 'initial' | 'change', presences: number) => void;
}

/**
 * The accounts that subscriptions of this node watch. A signal only says where to look: what is told is what was read
 * after it, so that signals may come late, twice or in any order, and a loss of them is made good by one more look.
 */
export function presenceWatches(deps: PresenceWatchesDeps): PresenceWatches {
  const { presence, signals, visibility, clock } = deps;
  let changed = new Set<Watched>();
  let unsure = new Set<Watched>();
  let wanted = new Set<Watched>();
  /** How often it has changed who may see whom. */
  let reconsidered = 0;
  let loading: Promise<void> | undefined;
  let flushing: Promise<void> = Promise.resolve();

  const mayHaveChanged = (watched: Watched): void => {
    if (watched.sources.size === 0) watched.status = undefined;
    else changed.add(watched);
  };
  const accounts = watchedAccounts({ signals, clock, onSignal: mayHaveChanged });
  const everybody = (): void => {
    for (const watched of accounts.all()) mayHaveChanged(watched);
  };
  signals.subscribe(EVERYBODY_TOPIC, everybody);
  signals.onReset(everybody);
  presence.onRecheck(everybody);

  const read = async (due: ReadonlySet<Watched>): Promise<void> => {
    const readings = await presence.read([...due].map(({ accountId }) => accountId));
    for (const watched of due) {
      const reading = readings.get(watched.accountId) ?? { ...NOT_KNOWN, certain: false };
      if (!reading.certain) unsure.add(watched);
      if (!reading.certain && watched.status !== undefined) continue;
      const lastSeenAt = Math.max(reading.lastSeenAt ?? 0, watched.heard);
      watched.status = { online: reading.online, lastSeenAt: lastSeenAt === 0 ? null : lastSeenAt };
    }
  };

  /** One look for all subscriptions that begin in the same moment. */
  const load = (unread: readonly Watched[]): Promise<void> => {
    for (const watched of unread) wanted.add(watched);
    return (loading ??= signals.inForce().then(() => {
      const due = wanted;
      wanted = new Set();
      loading = undefined;
      return read(due);
    }));
  };

  /** Who cannot be looked up sees nothing. */
  const sightOf = async (viewer: string, accountId: string): Promise<Sight> => {
    try {
      return await visibility.sight(viewer, accountId);
    } catch (error) {
      deps.logger.warn({ err: error }, 'it is not known who may see whom');
      return NO_SIGHT;
    }
  };

  const begin = async (source: PresenceSource): Promise<void> => {
    const watches = [...source.accountIds].map((accountId) => accounts.add(accountId, source));
    let sights: readonly Sight[] = [];
    for (let asOf = -1; asOf !== reconsidered;) {
      const unread = watches.filter(({ status }) => status === undefined);
      if (unread.length > 0) await load(unread);
      asOf = reconsidered;
      sights = await Promise.all(watches.map(({ accountId }) => sightOf(source.viewer, accountId)));
    }
    if (source.stopped) return;
    const presences = watches.map(({ accountId, status }, index) => {
      const now = seen(status ?? NOT_KNOWN, sights[index] ?? NO_SIGHT);
      source.tells(accountId, now);
      return valueOf(accountId, now);
    });
    source.live = true;
    source.deliver({ presences, rendered: new Map() });
    deps.onTold('initial', presences.length);
  };

  /** What the account's watchers have to be told, each what it may see. Those who see the same share one item. */
  const tellWatchers = async (
    { accountId, status, sources }: Watched,
    told: Map<PresenceSource, PresenceItem[]>,
  ): Promise<void> => {
    if (status === undefined) return;
    const items: { readonly now: SeenPresence; readonly item: PresenceItem }[] = [];
    const watchers = [...sources];
    const sights = await Promise.all(watchers.map(({ viewer }) => sightOf(viewer, accountId)));
    watchers.forEach((source, index) => {
      const before = source.knows(accountId);
      const now = seen(status, sights[index] ?? NO_SIGHT);
      if (!source.live || (before !== undefined && sameSeen(before, now))) return;
      source.tells(accountId, now);
      let shared = items.find((known) => sameSeen(known.now, now))?.item;
      if (shared === undefined) {
        shared = { presences: [valueOf(accountId, now)], rendered: new Map() };
        items.push({ now, item: shared });
      }
      const list = told.get(source);
      if (list === undefined) told.set(source, [shared]);
      else list.push(shared);
    });
  };

  const flush = async (): Promise<void> => {
    accounts.sweep();
    const due = changed;
    changed = new Set();
    if (due.size === 0) return;
    try {
      await read(due);
    } catch (error) {
      for (const watched of due) changed.add(watched);
      deps.logger.warn({ err: error }, 'presence could not be read');
      return;
    }
    const told = new Map<PresenceSource, PresenceItem[]>();
    for (const watched of due) await tellWatchers(watched, told);
    for (const [source, [first, ...more]] of told) {
      if (first === undefined) continue;
      const presences = [first, ...more].flatMap((item) => item.presences);
      source.deliver(more.length === 0 ? first : { presences, rendered: new Map() });
      deps.onTold('change', presences.length);
    }
  };

  const registry: PresenceRegistry = {
    add: begin,
    remove(source) {
      for (const accountId of source.accountIds) accounts.remove(accountId, source);
    },
  };

  return {
    watch: (viewer, accountIds) => new PresenceSource(registry, viewer, accountIds),
    async see(viewer, accountIds) {
      const [readings, sights] = await Promise.all([
        presence.read(accountIds),
        Promise.all(accountIds.map((accountId) => sightOf(viewer, accountId))),
      ]);
      return accountIds.map((accountId, index) =>
        valueOf(accountId, seen(readings.get(accountId) ?? NOT_KNOWN, sights[index] ?? NO_SIGHT)),
      );
    },
    reconsider(accountId) {
      reconsidered += 1;
      const watched = accounts.find(accountId);
      if (watched !== undefined) mayHaveChanged(watched);
    },
    flush: () => (flushing = flushing.then(flush)),
    retry() {
      const due = unsure;
      unsure = new Set();
      for (const watched of due) mayHaveChanged(watched);
    },
    get watched() {
      return accounts.size;
    },
  };
}

const NOT_KNOWN: PresenceStatus = { online: false, lastSeenAt: null };

function valueOf(accountId: string, now: SeenPresence): Presence {
  return { accountId: encodeId('account', accountId), ...now };
}
