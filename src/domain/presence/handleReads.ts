import type { Cache } from '../../platform/cache/port.js';
import type { Clock } from '../../platform/clock/port.js';
import { accountKey, beatKey, DISTRUST_MS, NODES_KEY } from './entries.js';
import type { HeldAccounts } from './sockets.js';
import type { PresenceStatus } from './status.js';

/** `certain` is false for who was not found while the cache cannot be believed: they may be online all the same. */
export interface Reading extends PresenceStatus {
  readonly certain: boolean;
}

/** Who holds an account beside this node. */
export interface Holding {
  readonly online: boolean;
  readonly certain: boolean;
  /** Nodes that held it, alone, when they died. */
  readonly dead: readonly string[];
  /** The last beat of the one that died last; null: not known. */
  readonly diedAt: number | null;
}

export interface PresenceReads {
  holdings(accountIds: readonly string[]): Promise<ReadonlyMap<string, Holding>>;
  read(accountIds: readonly string[]): Promise<ReadonlyMap<string, Reading>>;
  /** The cache was empty or away: who is not found in it may not have been put back yet. */
  distrust(): void;
}

export interface PresenceReadsDeps {
  readonly nodeId: string;
  readonly held: HeldAccounts;
  readonly cache: Cache;
  readonly clock: Clock;
  /** From the read model; who never went offline has none. */
  readonly findLastSeen: (accountIds: readonly string[]) => Promise<ReadonlyMap<string, number>>;
  /** The lease of this node is not there: the cache has lost what it held. */
  readonly onLoss: () => void;
  /** The account went away with its nodes; `diedAt` is null when its last seen is known already, or not at all. */
  readonly onDead: (accountId: string, dead: readonly string[], diedAt: number | null) => void;
}

/** Keys asked for at once. */
const PAGE = 500;

export function presenceReads(deps: PresenceReadsDeps): PresenceReads {
  const { nodeId, held, cache, clock } = deps;
  let distrustedUntil = 0;

  const distrust = (): void => {
    distrustedUntil = clock.now() + DISTRUST_MS;
  };

  const holdingOf = (members: readonly string[], living: ReadonlySet<string>): Holding => {
    const others = members.filter((node) => node !== nodeId);
    const online = others.some((node) => living.has(node));
    const certain = online || clock.now() >= distrustedUntil;
    return { online, certain, dead: online || !certain ? [] : others, diedAt: null };
  };

  const page = async (accountIds: readonly string[], found: Map<string, Holding>): Promise<void> => {
    const [nodes, ...members] = await Promise.all([
      cache.members(NODES_KEY),
      ...accountIds.map((id) => cache.members(accountKey(id))),
    ]);
    const living = new Set(nodes);
    if (!living.has(nodeId)) {
      distrust();
      deps.onLoss();
    }
    accountIds.forEach((id, index) => found.set(id, holdingOf(members[index] ?? [], living)));
  };

  const withDeaths = async (found: Map<string, Holding>): Promise<void> => {
    const dead = [...new Set([...found.values()].flatMap((holding) => holding.dead))];
    if (dead.length === 0) return;
    const beats = await cache.getMany(dead.map(beatKey));
    const diedAt = new Map(dead.map((node, index) => [node, Number(beats[index] ?? 0)]));
    for (const [id, holding] of found) {
      if (holding.dead.length === 0) continue;
      const last = Math.max(...holding.dead.map((node) => diedAt.get(node) ?? 0));
      found.set(id, { ...holding, diedAt: last === 0 ? null : last });
    }
  };

  const holdings = async (accountIds: readonly string[]): Promise<ReadonlyMap<string, Holding>> => {
    const found = new Map<string, Holding>();
    try {
      for (let from = 0; from < accountIds.length; from += PAGE) await page(accountIds.slice(from, from + PAGE), found);
      await withDeaths(found);
    } catch {
      // Away. What this node holds is known all the same.
      distrust();
      const unknown = { online: false, certain: false, dead: [], diedAt: null };
      for (const id of accountIds) found.set(id, unknown);
    }
    return found;
  };

  return {
    holdings,
    distrust,
    async read(accountIds) {
      const [lastSeen, elsewhere] = await Promise.all([
        deps.findLastSeen(accountIds),
        holdings(accountIds.filter((id) => !held.has(id))),
      ]);
      const readings = new Map<string, Reading>();
      for (const id of accountIds) {
        const holding = elsewhere.get(id);
        const stored = lastSeen.get(id) ?? null;
        if (holding === undefined || held.has(id))
          readings.set(id, { online: true, certain: true, lastSeenAt: stored });
        else {
          const { online, certain, dead, diedAt } = holding;
          const lastSeenAt = diedAt === null ? stored : Math.max(diedAt, stored ?? 0);
          readings.set(id, { online, certain, lastSeenAt });
          if (dead.length > 0) deps.onDead(id, dead, lastSeenAt === stored ? null : diedAt);
        }
      }
      return readings;
    },
  };
}
