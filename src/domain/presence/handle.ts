import { CacheUnavailable, type Cache } from '../../platform/cache/port.js';
import type { Clock } from '../../platform/clock/port.js';
import type { EventStore, NewEvent } from '../../platform/eventStore/port.js';
import type { Logger } from '../../platform/observability/logger.js';
import type { Signals } from '../../platform/signals/port.js';
import { appendSettled } from '../shared/append.js';
import { eachOf } from '../shared/each.js';
import { uuidv8 } from '../shared/ids.js';
import { presenceStream } from '../shared/streams.js';
import {
  accountKey,
  accountTopic,
  beatKey,
  ENTRY_MS,
  EVERYBODY_TOPIC,
  GRACE_MS,
  LAST_BEAT_MS,
  LEASE_MS,
  NODES_KEY,
  RENEWAL_MS,
} from './entries.js';
import { presenceReads, type Reading } from './handleReads.js';
import { heldAccounts, type Absence } from './sockets.js';

export interface PresenceHandlers {
  /** A device signed in on a socket of this node, or such a socket ended. */
  opened(accountId: string): void;
  closed(accountId: string): void;
  /** Every BEAT_MS, and once before the first socket: this node lives. */
  beat(): Promise<void>;
  /** Once a second: who has been away for the grace is said, and written, to have gone. */
  sweep(): Promise<void>;
  /** Accounts that do not exist are offline. */
  read(accountIds: readonly string[]): Promise<ReadonlyMap<string, Reading>>;
  /** Calls back when anything may have changed without a signal: another node died. */
  onRecheck(callback: () => void): void;
  /** Accounts held by this node. */
  readonly held: number;
  /** When all sockets have ended. */
  stop(): Promise<void>;
}

export interface PresenceDeps {
  /** Of this run of the node alone. */
  readonly nodeId: string;
  readonly cache: Cache;
  /** Whether other nodes share the cache, and outlive this one. */
  readonly shared: boolean;
  readonly signals: Pick<Signals, 'publish'>;
  readonly eventStore: Pick<EventStore, 'append' | 'truncateBefore'>;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly findLastSeen: (accountIds: readonly string[]) => Promise<ReadonlyMap<string, number>>;
}

/** Calls to the cache, and appends, under way at once. */
const WIDTH = 64;

export function presenceHandlers(deps: PresenceDeps): PresenceHandlers {
  const { nodeId, cache, signals, eventStore, clock, logger } = deps;
  const held = heldAccounts(GRACE_MS);
  /** Accounts let go of, of which the cache or the log has not been told. */
  const unreleased = new Map<string, number>();
  const unwritten = new Map<string, number>();
  const recheck: (() => void)[] = [];
  let peers: readonly string[] = [];
  let renewAt: number | undefined;
  let renewing: Promise<void> | undefined;
  let begun = false;
  let stopped = false;

  const failed = (error: unknown, what: string): void => {
    if (!(error instanceof CacheUnavailable)) logger.warn({ err: error }, what);
  };

  const write = async ({ accountId, lastSeenAt }: Absence): Promise<void> => {
    const stream = presenceStream(accountId);
    try {
      const done = await appendSettled(eventStore, {
        stream,
        expected: 'any',
        events: [wentOffline(accountId, lastSeenAt, clock.now())],
      });
      unwritten.delete(accountId);
      if (done.kind === 'appended' && done.revision > 0)
        await eventStore.truncateBefore(stream, done.revision).catch((error: unknown) => {
          failed(error, 'a stream of presence was not truncated');
        });
    } catch (error) {
      unwritten.set(accountId, lastSeenAt);
      failed(error, 'a last seen was not written');
    }
  };

  const tell = async (absence: Absence): Promise<void> => {
    await write(absence);
    signals.publish(accountTopic(absence.accountId), String(absence.lastSeenAt));
  };

  /** Puts every account of this node into the cache, once more. */
  const renew = (): Promise<void> =>
    (renewing ??= eachOf(held.all(), WIDTH, (id) => cache.addMember(accountKey(id), nodeId, ENTRY_MS))
      .then(() => {
        renewAt = clock.now() + RENEWAL_MS;
      })
      .finally(() => (renewing = undefined)));

  const restore = async (): Promise<void> => {
    try {
      await cache.touchMember(NODES_KEY, nodeId, LEASE_MS);
      await renew();
      signals.publish(EVERYBODY_TOPIC, '');
    } catch (error) {
      renewAt = undefined;
      failed(error, 'presence was not put back');
    }
  };

  const reads = presenceReads({
    nodeId,
    held,
    cache,
    clock,
    findLastSeen: deps.findLastSeen,
    onLoss: () => void restore(),
    onDead: (accountId, dead, diedAt) => void bury(accountId, dead, diedAt),
  });

  /** Told first, so that a node which no longer finds the dead one has heard of it. Two that tell write one fact. */
  const bury = async (accountId: string, dead: readonly string[], diedAt: number | null): Promise<void> => {
    try {
      if (diedAt !== null) await tell({ accountId, lastSeenAt: diedAt });
      for (const node of dead) await cache.removeMember(accountKey(accountId), node);
    } catch (error) {
      failed(error, 'an account of a dead node was not let go of');
    }
  };

  const release = async (absence: Absence): Promise<void> => {
    const { accountId, lastSeenAt } = absence;
    try {
      const { last } = await cache.removeMember(accountKey(accountId), nodeId);
      if (!last) {
        const holding = (await reads.holdings([accountId])).get(accountId);
        if (holding?.certain === false) {
          unreleased.set(accountId, lastSeenAt);
          return;
        }
        if (holding?.online === true) {
          unreleased.delete(accountId);
          return;
        }
      }
      unreleased.delete(accountId);
      if (!held.has(accountId)) await tell(absence);
    } catch (error) {
      unreleased.set(accountId, lastSeenAt);
      failed(error, 'an account was not let go of');
    }
  };

  return {
    opened(accountId) {
      if (!held.opened(accountId)) return;
      unreleased.delete(accountId);
      cache
        .addMember(accountKey(accountId), nodeId, ENTRY_MS)
        .catch((error: unknown) => {
          renewAt = undefined;
          failed(error, 'an account was not put into the cache');
        })
        .finally(() => {
          signals.publish(accountTopic(accountId), '');
        });
    },
    closed: (accountId) => {
      held.closed(accountId, clock.now());
    },
    async beat() {
      if (stopped) return;
      const now = clock.now();
      try {
        const [{ revived }] = await Promise.all([
          cache.touchMember(NODES_KEY, nodeId, LEASE_MS),
          cache.set(beatKey(nodeId), String(now), LAST_BEAT_MS),
        ]);
        if (revived && begun) {
          reads.distrust();
          await restore();
        } else if (renewAt === undefined || now >= renewAt) await renew();
        const nodes = await cache.members(NODES_KEY);
        const died = peers.some((peer) => !nodes.includes(peer));
        peers = nodes;
        begun = true;
        if (died) for (const callback of recheck) callback();
      } catch (error) {
        renewAt = undefined;
        reads.distrust();
        failed(error, 'the node could not say that it lives');
      }
    },
    async sweep() {
      if (stopped) return;
      const owed = [...unreleased].map(([accountId, lastSeenAt]) => ({ accountId, lastSeenAt }));
      const unsaid = [...unwritten].map(([accountId, lastSeenAt]) => ({ accountId, lastSeenAt }));
      await eachOf([...owed, ...held.release(clock.now())], WIDTH, release);
      await eachOf(unsaid, WIDTH, write);
    },
    read: (accountIds) => reads.read(accountIds),
    onRecheck: (callback) => void recheck.push(callback),
    get held() {
      return held.size;
    },
    async stop() {
      stopped = true;
      // Other nodes see the lease end, and read the last beat.
      if (deps.shared) await cache.set(beatKey(nodeId), String(clock.now()), LAST_BEAT_MS).catch(() => undefined);
      else await eachOf(held.absences(clock.now()), WIDTH, write);
    },
  };
}

/** The same absence, the same id: whoever writes it again writes nothing new. */
function wentOffline(accountId: string, lastSeenAt: number, now: number): NewEvent {
  return {
    id: uuidv8(`offline:${accountId}:${lastSeenAt}`),
    type: 'WentOffline',
    data: { lastSeenAt },
    metadata: { occurredAt: now, actor: { account: accountId } },
  };
}
