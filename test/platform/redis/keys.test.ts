import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { memoryCache } from '../../../src/platform/cache/memory.js';
import { LIMITS } from '../../../src/platform/limits/limits.js';
import { silentLogger } from '../../../src/platform/observability/logger.js';
import { entryOf, isListed, PREFIX, REDIS_ENTRIES } from '../../../src/platform/redis/keys.js';
import { listedCache, listedSignals } from '../../../src/platform/redis/listed.js';
import { withRedisTable } from '../../../src/platform/redis/table.js';
import { memorySignals } from '../../../src/platform/signals/memory.js';
import { manualClock } from '../../kit/clock.js';

it('lists every counter of the limits', () => {
  for (const limit of Object.keys(LIMITS)) {
    expect(isListed('counter', `${limit}:01990000-0000-7000-8000-00000000000a`)).toBe(true);
    expect(entryOf(`${PREFIX.counter}${limit}:127.0.0.1`)?.holds).toBe('counter');
  }
  expect(entryOf('parlance:else:x')).toBeUndefined();
});

it('says all of each entry, under a prefix of its kind', () => {
  for (const entry of REDIS_ENTRIES) {
    expect(entry.pattern.startsWith(PREFIX[entry.holds])).toBe(true);
    for (const text of Object.values(entry)) expect(text).not.toBe('');
  }
  expect(new Set(REDIS_ENTRIES.map(({ pattern }) => pattern)).size).toBe(REDIS_ENTRIES.length);
});

it('refuses what is not listed, on every adapter', () => {
  const cache = listedCache(memoryCache(manualClock()));
  const signals = listedSignals(memorySignals(silentLogger));
  const calls = [
    () => cache.set('unlisted:x', 'v', 1),
    () => cache.get('unlisted:x'),
    () => cache.getMany(['unlisted:x']),
    () => cache.addMember('unlisted:x', 'm', 1),
    () => cache.removeMember('unlisted:x', 'm'),
    () => cache.touchMember('unlisted:x', 'm', 1),
    () => cache.members('unlisted:x'),
    () => signals.publish('unlisted:x', ''),
    () => signals.subscribe('unlisted:x', () => undefined),
  ];
  for (const call of calls) expect(call).toThrow('not in the table');
});

it('is rendered in docs/reference/redis.md', () => {
  const page = readFileSync(path.resolve(import.meta.dirname, '../../../docs/reference/redis.md'), 'utf8');
  expect(withRedisTable(page)).toBe(page);
  for (const { pattern } of REDIS_ENTRIES) expect(page).toContain(pattern);
});
