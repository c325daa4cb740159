import type { Clock } from '../clock/port.js';
import type { Cache } from './port.js';

interface Value {
  readonly value: string;
  readonly until: number;
}

/** Below this, what has ended may lie about until it is asked for. */
const SWEEP_FROM = 1024;

/** For one process: nothing is shared. */
export function memoryCache(clock: Clock): Cache {
  const values = new Map<string, Value>();
  const sets = new Map<string, Map<string, number>>();
  let sweepAt = SWEEP_FROM;

  const read = (key: string): string | undefined => {
    const found = values.get(key);
    if (found === undefined) return undefined;
    if (found.until > clock.now()) return found.value;
    values.delete(key);
    return undefined;
  };
  const living = (key: string): Map<string, number> => {
    const set = sets.get(key);
    if (set === undefined) return new Map();
    const now = clock.now();
    for (const [member, until] of set) if (until <= now) set.delete(member);
    if (set.size === 0) sets.delete(key);
    return set;
  };
  const put = (key: string, set: Map<string, number>, member: string, ttlMs: number): void => {
    set.set(member, clock.now() + ttlMs);
    sets.set(key, set);
    sweep();
  };
  /** Costs each write a constant share, and holds at most twice of what lives. */
  const sweep = (): void => {
    if (values.size + sets.size < sweepAt) return;
    for (const key of values.keys()) read(key);
    for (const key of sets.keys()) living(key);
    sweepAt = Math.max(SWEEP_FROM, 2 * (values.size + sets.size));
  };

  return {
    async set(key, value, ttlMs) {
      values.set(key, { value, until: clock.now() + ttlMs });
      sweep();
    },
    async get(key) {
      return read(key);
    },
    async getMany(keys) {
      return keys.map(read);
    },
    async delete(key) {
      values.delete(key);
      sets.delete(key);
    },
    async addMember(key, member, ttlMs) {
      const set = living(key);
      const first = set.size === 0;
      put(key, set, member, ttlMs);
      return { first };
    },
    async removeMember(key, member) {
      const set = living(key);
      const last = set.delete(member) && set.size === 0;
      if (set.size === 0) sets.delete(key);
      return { last };
    },
    async touchMember(key, member, ttlMs) {
      const set = living(key);
      const revived = !set.has(member);
      put(key, set, member, ttlMs);
      return { revived };
    },
    async members(key) {
      return [...living(key).keys()];
    },
    async close() {
      values.clear();
      sets.clear();
    },
  };
}
