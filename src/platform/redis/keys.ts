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
  {
    pattern: `${PREFIX.members}presence:nodes`,
    holds: 'members',
    what: 'the nodes that live, each by an id of its run',
    ttl: '75 s for each node, which renews it every 10 s',
    invalidatedBy: 'nothing',
    loss: 'each node puts itself and its accounts back within 10 s; for 15 s nobody who is not found is taken for offline',
  },
  {
    pattern: `${PREFIX.members}presence:account:<account>`,
    holds: 'members',
    what: 'the nodes that hold a socket of the account, or did less than a minute ago',
    ttl: '1 h for each node, which renews it every 15 min',
    invalidatedBy: 'a minute after the last socket of the account on that node',
    loss: 'the account looks offline, until its node puts it back: within 10 s when all is lost, within 15 min when only this is',
  },
  {
    pattern: `${PREFIX.value}presence:beat:<node>`,
    holds: 'value',
    what: 'when the node was last alive',
    ttl: '7 d, renewed every 10 s',
    invalidatedBy: 'nothing',
    loss: 'accounts of a node that died keep an older last seen',
  },
  {
    pattern: `${PREFIX.channel}presence`,
    holds: 'channel',
    what: 'a node has put its accounts back: presence of all is read anew',
    ttl: 'none is kept',
    invalidatedBy: 'nothing',
    loss: 'presence that was told stays until the next sign of that account, or the next reconnect',
  },
  {
    pattern: `${PREFIX.channel}presence:<account>`,
    holds: 'channel',
    what: 'the account came, or went: its presence is read anew',
    ttl: 'none is kept',
    invalidatedBy: 'nothing',
    loss: 'as above',
  },
  {
    pattern: `${PREFIX.channel}typing:<conversation>`,
    holds: 'channel',
    what: 'a member types, records or ended',
    ttl: 'none is kept; what is not repeated ends after 10 s',
    invalidatedBy: 'the next message of that account',
    loss: 'a notice is missing until the client repeats it',
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
