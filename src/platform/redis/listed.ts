import type { Cache } from '../cache/port.js';
import type { Signals } from '../signals/port.js';
import { isListed, type RedisEntry } from './keys.js';

/** The cache, held to the table of keys on every adapter: nothing undocumented is shared. */
export function listedCache(cache: Cache): Cache {
  return {
    ...cache,
    set: (key, value, ttlMs) => cache.set(of('value', key), value, ttlMs),
    get: (key) => cache.get(of('value', key)),
    getMany: (keys) => cache.getMany(keys.map((key) => of('value', key))),
    addMember: (key, member, ttlMs) => cache.addMember(of('members', key), member, ttlMs),
    removeMember: (key, member) => cache.removeMember(of('members', key), member),
    touchMember: (key, member, ttlMs) => cache.touchMember(of('members', key), member, ttlMs),
    members: (key) => cache.members(of('members', key)),
  };
}

/** The same for topics. */
export function listedSignals(signals: Signals): Signals {
  return {
    ...signals,
    publish: (topic, payload) => signals.publish(of('channel', topic), payload),
    subscribe: (topic, onMessage) => signals.subscribe(of('channel', topic), onMessage),
  };
}

function of(holds: RedisEntry['holds'], name: string): string {
  if (!isListed(holds, name)) throw new Error(`not in the table of src/platform/redis/keys.ts: ${holds} ${name}`);
  return name;
}
