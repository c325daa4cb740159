/**
 * Everything that nodes keep or say in Redis, and so everything that is shared through the cache, limits and signals: a
 * key or topic that is not here is refused. docs/reference/redis.md is written from it. All of it may be lost at any moment.
 */
export interface RedisEntry {
  /** In Redis. What stands in <…> has no space in it. */
  readonly pattern: string;
  readonly holds: 'value' | 'members' | 'counter' | 'channel';
  readonly what: string;
  readonly ttl: string;
  /** What ends it before its TTL. */
  readonly invalidatedBy: string;
  /** What people notice when it is gone. */
  readonly loss: string;
}

/** By the port that uses it: how a port's own name for an entry begins in Redis. */
export const PREFIX = {
  value: 'parlance:value:',
  members: 'parlance:members:',
  counter: 'parlance:limit:',
  channel: 'parlance:signal:',
} as const;

export const REDIS_ENTRIES: readonly RedisEntry[] = [
  {
    pattern: `${PREFIX.counter}<limit>:<key>`,
    holds: 'counter',
    what: 'uses of a limit of src/platform/limits/limits.ts by a device, an account, an address or the fingerprint of a number',
    ttl: 'the window of the limit',
    invalidatedBy: 'nothing',
    loss: 'the window begins anew: for one window a client may do up to twice as much',
  },
];

/** Whether the table has such an entry. `name` is the port's, without prefix. */
export function isListed(holds: RedisEntry['holds'], name: string): boolean {
  return REDIS_ENTRIES.some(
    (entry) => entry.holds === holds && matcherOf(entry.pattern).test(`${PREFIX[holds]}${name}`),
  );
}

/** The entry that a key found in Redis belongs to. */
export function entryOf(key: string): RedisEntry | undefined {
  return REDIS_ENTRIES.find((entry) => entry.holds !== 'channel' && matcherOf(entry.pattern).test(key));
}

const matchers = new Map<string, RegExp>();

function matcherOf(pattern: string): RegExp {
  let matcher = matchers.get(pattern);
  if (matcher === undefined) {
    const source = pattern.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replace(/<[^>]*>/g, '\\S+');
    matcher = new RegExp(`^${source}$`);
    matchers.set(pattern, matcher);
  }
  return matcher;
}
