import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Cache } from '../../src/platform/cache/port.js';

export interface OpenedCache {
  readonly cache: Cache;
  /** The same cache as another node sees it. */
  readonly another: Cache;
  /** Lets a TTL end: resolves once what it ends is so, which it is not before. */
  readonly passes: (ttlMs: number, ended: () => Promise<boolean>) => Promise<void>;
  readonly close: () => Promise<void>;
}

const LONG = 60_000;
const SHORT = 40;

/** Every promise of src/platform/cache/port.ts, for any adapter. No test assumes that the cache is empty or quiet. */
export function cacheContract(name: string, open: () => Promise<OpenedCache>): void {
  describe(`cache: ${name}`, () => {
    let opened: OpenedCache;
    beforeAll(async () => {
      opened = await open();
    });
    afterAll(async () => {
      await opened.close();
    });
    const newKey = (): string => `test:${randomUUID()}`;
    const sorted = async (cache: Cache, key: string): Promise<string[]> => (await cache.members(key)).sort();

    it('keeps a value for every node, until it is replaced or deleted', async () => {
      const { cache, another } = opened;
      const key = newKey();
      expect(await cache.get(key)).toBeUndefined();
      await cache.set(key, 'ä\n', LONG);
      expect(await another.get(key)).toBe('ä\n');
      await another.set(key, '', LONG);
      expect(await cache.get(key)).toBe('');
      await another.delete(key);
      expect(await cache.get(key)).toBeUndefined();
      await cache.delete(key);
    });

    it('ends a value with its TTL, the last one that was given', async () => {
      const { cache, passes } = opened;
      const [ends, renewed] = [newKey(), newKey()];
      await cache.set(renewed, 'v', SHORT);
      await cache.set(renewed, 'w', LONG);
      await cache.set(ends, 'v', SHORT);
      await passes(SHORT, async () => (await cache.get(ends)) === undefined);
      expect(await cache.getMany([ends, renewed])).toEqual([undefined, 'w']);
    });

    it('reads many in the order of the keys', async () => {
      const { cache } = opened;
      const [one, none, two] = [newKey(), newKey(), newKey()];
      await cache.set(one, '1', LONG);
      await cache.set(two, '2', LONG);
      expect(await cache.getMany([two, none, one, two])).toEqual(['2', undefined, '1', '2']);
      expect(await cache.getMany([])).toEqual([]);
    });

    it('says who was the first, and who left last', async () => {
      const { cache, another } = opened;
      const key = newKey();
      expect(await cache.members(key)).toEqual([]);
      expect(await cache.addMember(key, 'a', LONG)).toEqual({ first: true });
      expect(await another.addMember(key, 'b', LONG)).toEqual({ first: false });
      expect(await another.addMember(key, 'a', LONG)).toEqual({ first: false });
      expect(await sorted(cache, key)).toEqual(['a', 'b']);
      expect(await cache.removeMember(key, 'a')).toEqual({ last: false });
      expect(await cache.removeMember(key, 'a')).toEqual({ last: false });
      expect(await another.removeMember(key, 'b')).toEqual({ last: true });
      expect(await cache.removeMember(key, 'b')).toEqual({ last: false });
      expect(await another.members(key)).toEqual([]);
      expect(await cache.addMember(key, 'b', LONG)).toEqual({ first: true });
    });

    it('gives the first and the last to one caller only, however many come at once', async () => {
      const { cache, another } = opened;
      const key = newKey();
      const callers = Array.from({ length: 40 }, (_, n) => ({ node: n % 2 === 0 ? cache : another, member: `m${n}` }));
      const added = await Promise.all(callers.map(({ node, member }) => node.addMember(key, member, LONG)));
      expect(added.filter(({ first }) => first)).toHaveLength(1);
      const removed = await Promise.all(callers.map(({ node, member }) => node.removeMember(key, member)));
      expect(removed.filter(({ last }) => last)).toHaveLength(1);
    });

    it('ends each member by itself', async () => {
      const { cache, another, passes } = opened;
      const key = newKey();
      await cache.addMember(key, 'long', LONG);
      await another.addMember(key, 'short', SHORT);
      expect(await sorted(cache, key)).toEqual(['long', 'short']);
      await passes(SHORT, async () => (await cache.members(key)).length === 1);
      expect(await another.members(key)).toEqual(['long']);
      // What has ended does not count: neither as a member to remove, nor as one that stays.
      expect(await cache.removeMember(key, 'short')).toEqual({ last: false });
      await cache.addMember(key, 'short', SHORT);
      await passes(SHORT, async () => (await cache.members(key)).length === 1);
      expect(await cache.removeMember(key, 'long')).toEqual({ last: true });
    });

    it('is empty again once its last member has ended', async () => {
      const { cache, passes } = opened;
      const key = newKey();
      await cache.addMember(key, 'a', SHORT);
      await passes(SHORT, async () => (await cache.members(key)).length === 0);
      expect(await cache.addMember(key, 'a', LONG)).toEqual({ first: true });
    });

    it('renews a member, and brings back one that had ended or was lost', async () => {
      const { cache, another, passes } = opened;
      const key = newKey();
      await cache.addMember(key, 'kept', SHORT);
      await cache.addMember(key, 'lapsed', SHORT);
      expect(await another.touchMember(key, 'kept', LONG)).toEqual({ revived: false });
      await passes(SHORT, async () => !(await cache.members(key)).includes('lapsed'));
      expect(await another.members(key)).toEqual(['kept']);
      expect(await cache.touchMember(key, 'lapsed', LONG)).toEqual({ revived: true });
      expect(await cache.touchMember(key, 'lapsed', LONG)).toEqual({ revived: false });
      await another.delete(key);
      expect(await cache.touchMember(key, 'kept', LONG)).toEqual({ revived: true });
      expect(await sorted(another, key)).toEqual(['kept']);
    });

    it('keeps the value and the members of a key apart', async () => {
      const { cache } = opened;
      const key = newKey();
      await cache.set(key, 'v', LONG);
      await cache.addMember(key, 'a', LONG);
      expect([await cache.get(key), await cache.members(key)]).toEqual(['v', ['a']]);
      await cache.delete(key);
      expect([await cache.get(key), await cache.members(key)]).toEqual([undefined, []]);
    });
  });
}
