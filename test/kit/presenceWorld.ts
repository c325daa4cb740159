import { presenceWatches, type PresenceWatches } from '../../src/api/presence/watches.js';
import type { PresenceItem, PresenceSource } from '../../src/api/presence/source.js';
import type { Presence } from '../../src/api/presence/types.js';
import {
  BEAT_MS,
  FULL_SIGHT,
  presenceHandlers,
  type PresenceHandlers,
  type Sight,
} from '../../src/domain/presence/index.js';
import { memoryCache } from '../../src/platform/cache/memory.js';
import type { Cache } from '../../src/platform/cache/port.js';
import type { StoredEvent } from '../../src/platform/eventStore/port.js';
import { silentLogger } from '../../src/platform/observability/logger.js';
import { memorySignals } from '../../src/platform/signals/memory.js';
import type { Signals } from '../../src/platform/signals/port.js';
import { encodeId } from '../../src/api/kit/nodeIds.js';
import { lastSeenOfAccounts } from '../../src/projections/presence/presence.queries.js';
import { testLog, type TestLog } from '../projections/fixture.js';

export const START_OF_TIME = 1_790_000_000_000;

/** Nodes that share a cache, signals, a log and a read model; their timers turn when a test lets time pass. */
export interface PresenceWorld {
  readonly cache: Cache;
  readonly log: TestLog;
  now(): number;
  node(): PresenceNode;
  /** Time and all timers, second by second. */
  pass(seconds: number): Promise<void>;
  /** Everything that is under way has happened. */
  settle(): Promise<void>;
  /** Signals between nodes are lost from now on, or not any more. */
  deaf: boolean;
  /** What the nodes hear when signals may have been missed. */
  reset(): void;
  /** By viewer and account; whoever is not in it may know everything. */
  readonly sights: Map<string, Sight>;
  facts(account: string): Promise<readonly StoredEvent[]>;
  close(): Promise<void>;
}

export interface PresenceNode {
  readonly handlers: PresenceHandlers;
  readonly watches: PresenceWatches;
  /** Everything that a subscription was told, and all there was of it. */
  watch(viewer: string, ...accounts: readonly string[]): Watcher;
  /** No timer of it turns any more. */
  die(): void;
}

export interface Watcher {
  readonly source: PresenceSource;
  readonly told: Presence[][];
  /** Of the account, in order: `true`, `false`, or null. */
  online(account: string): (boolean | null)[];
  last(account: string): Presence | undefined;
}

export async function presenceWorld(): Promise<PresenceWorld> {
  const log = await testLog();
  const projector = log.projector();
  await projector.prepare();
  let now = START_OF_TIME;
  const clock = { now: () => now };
  const cache = memoryCache(clock);
  const air = memorySignals(silentLogger);
  const resets = new Set<() => void>();
  const nodes = new Set<PresenceNode>();
  const sights = new Map<string, Sight>();
  let names = 0;
  const world = { deaf: false };

  const signals: Signals = {
    ...air,
    publish: (topic, payload) => {
      if (!world.deaf) air.publish(topic, payload);
    },
    onReset(callback) {
      resets.add(callback);
      return () => void resets.delete(callback);
    },
  };

  let underWay = 0;
  const counted = async <T>(work: Promise<T>): Promise<T> => {
    underWay += 1;
    try {
      return await work;
    } finally {
      underWay -= 1;
    }
  };
  const settle = async (): Promise<void> => {
    for (let still = 0; still < 5; still = underWay === 0 ? still + 1 : 0)
      await new Promise((resolve) => setImmediate(resolve));
  };
  let caughtUp: Promise<unknown> = Promise.resolve();
  const findLastSeen = async (ids: readonly string[]): Promise<ReadonlyMap<string, number>> => {
    await (caughtUp = caughtUp.then(() => projector.catchUp()));
    return lastSeenOfAccounts(log.database.pool, ids);
  };

  const node = (): PresenceNode => {
    const handlers = presenceHandlers({
      nodeId: `node ${(names += 1)}`,
      cache,
      shared: true,
      signals,
      eventStore: {
        append: (request) => counted(log.eventStore.append(request)),
        truncateBefore: (stream, revision) => counted(log.eventStore.truncateBefore(stream, revision)),
      },
      clock,
      logger: silentLogger,
      findLastSeen: (ids) => counted(findLastSeen(ids)),
    });
    const watches = presenceWatches({
      presence: handlers,
      signals,
      visibility: { sight: (viewer, account) => sights.get(`${viewer} ${account}`) ?? FULL_SIGHT },
      clock,
      logger: silentLogger,
      onTold: () => undefined,
    });
    const made: PresenceNode = {
      handlers,
      watches,
      watch: (viewer, ...accounts) => watcher(watches, viewer, accounts),
      die: () => void nodes.delete(made),
    };
    nodes.add(made);
    return made;
  };

  return Object.assign(world, {
    cache,
    log,
    sights,
    settle,
    node: () => {
      const made = node();
      void made.handlers.beat();
      return made;
    },
    now: () => now,
    async pass(seconds: number) {
      for (let second = 0; second < seconds; second += 1) {
        now += 1_000;
        for (const { handlers, watches } of nodes) {
          if ((now - START_OF_TIME) % BEAT_MS === 0) {
            watches.retry();
            await handlers.beat();
          }
          await handlers.sweep();
        }
        await settle();
        for (const { watches } of nodes) await watches.flush();
      }
    },
    reset: () => {
      for (const callback of resets) callback();
    },
    async facts(account: string) {
      const events: StoredEvent[] = [];
      for await (const event of log.eventStore.readStream(`presence-${account}`)) events.push(event);
      return events;
    },
    async close() {
      await settle();
      await log.close();
    },
  });
}

function watcher(watches: PresenceWatches, viewer: string, accounts: readonly string[]): Watcher {
  const source = watches.watch(viewer, accounts);
  const told: Presence[][] = [];
  source.pipe({
    deliver: ({ presences }: PresenceItem) => void told.push([...presences]),
    writable: () => undefined,
    end: (error) => {
      if (error !== undefined) throw error;
    },
  });
  const of = (account: string): Presence[] =>
    told.flat().filter(({ accountId }) => accountId === encodeId('account', account));
  return {
    source,
    told,
    online: (account) => of(account).map(({ online }) => online),
    last: (account) => of(account).at(-1),
  };
}
