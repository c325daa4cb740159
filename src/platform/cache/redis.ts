import type { RedisConnection } from '../redis/connection.js';
import { PREFIX } from '../redis/keys.js';
import { CacheUnavailable, type Cache } from './port.js';

/** Members are a sorted set by the moment each ends, by Redis' clock; the set ends with the last of them. */
const NOW = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
`;
const PUT = `
redis.call('ZADD', KEYS[1], string.format('%.0f', now + ARGV[2]), ARGV[1])
local last = redis.call('ZRANGE', KEYS[1], -1, -1, 'WITHSCORES')
redis.call('PEXPIREAT', KEYS[1], string.format('%.0f', last[2]))
`;
const PURGE = `redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', string.format('%.0f', now))`;

const SCRIPTS = {
  addMember: `${NOW}${PURGE}
local before = redis.call('ZCARD', KEYS[1])${PUT}
return before == 0 and 1 or 0`,
  removeMember: `${NOW}${PURGE}
local removed = redis.call('ZREM', KEYS[1], ARGV[1])
return removed == 1 and redis.call('ZCARD', KEYS[1]) == 0 and 1 or 0`,
  touchMember: `${NOW}${PURGE}
local before = redis.call('ZSCORE', KEYS[1], ARGV[1])${PUT}
return before and 0 or 1`,
  members: `${NOW}
return redis.call('ZRANGE', KEYS[1], string.format('(%.0f', now), '+inf', 'BYSCORE')`,
} as const;

type Script = keyof typeof SCRIPTS;

/** On one Redis (6.2 or newer), not on a cluster of shards. */
export function redisCache(connection: RedisConnection): Cache {
  for (const [name, lua] of Object.entries(SCRIPTS))
    connection.redis.defineCommand(commandOf(name), { numberOfKeys: 1, lua });
  const guarded: RedisConnection['run'] = async (command) => {
    try {
      return await connection.run(command);
    } catch (cause) {
      throw new CacheUnavailable('Redis did not answer', { cause });
    }
  };
  const script = (name: Script, key: string, ...args: (string | number)[]): Promise<unknown> =>
    guarded((redis) => {
      const commands = redis as unknown as Readonly<Record<string, (...args: unknown[]) => Promise<unknown>>>;
      return commands[commandOf(name)]!.call(redis, `${PREFIX.members}${key}`, ...args);
    });
  return {
    async set(key, value, ttlMs) {
      await guarded((redis) => redis.set(`${PREFIX.value}${key}`, value, 'PX', ttlMs));
    },
    async get(key) {
      return (await guarded((redis) => redis.get(`${PREFIX.value}${key}`))) ?? undefined;
    },
    async getMany(keys) {
      if (keys.length === 0) return [];
      const values = await guarded((redis) => redis.mget(keys.map((key) => `${PREFIX.value}${key}`)));
      return values.map((value) => value ?? undefined);
    },
    async delete(key) {
      await guarded((redis) => redis.del(`${PREFIX.value}${key}`, `${PREFIX.members}${key}`));
    },
    addMember: async (key, member, ttlMs) => ({ first: (await script('addMember', key, member, ttlMs)) === 1 }),
    removeMember: async (key, member) => ({ last: (await script('removeMember', key, member)) === 1 }),
    touchMember: async (key, member, ttlMs) => ({ revived: (await script('touchMember', key, member, ttlMs)) === 1 }),
    members: async (key) => (await script('members', key)) as string[],
    // The connection is the opener's.
    close: () => Promise.resolve(),
  };
}

const commandOf = (name: string): string => `parlance${name.charAt(0).toUpperCase()}${name.slice(1)}`;
