import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { CacheUnavailable, type Cache } from '../../src/platform/cache/port.js';
import { redisCache } from '../../src/platform/cache/redis.js';
import { StartError } from '../../src/platform/lifecycle/index.js';
import { LIMITS } from '../../src/platform/limits/limits.js';
import type { Limiter } from '../../src/platform/limits/port.js';
import { redisLimiter } from '../../src/platform/limits/redis.js';
import type { RedisConnection } from '../../src/platform/redis/connection.js';
import { connectTest, ownDatabase, redisUrl, signalsNode, type SignalsNode } from '../kit/redis.js';
import { silentProxy, type SilentProxy } from '../kit/silentProxy.js';

const patient = { timeout: 15_000, interval: 5 };

describe.skipIf(redisUrl === undefined)('Redis away', () => {
  let proxy: SilentProxy;
  let connection: RedisConnection;
  let cache: Cache;
  let limiter: Limiter;
  let node: SignalsNode;
  let elsewhere: SignalsNode;
  let insured = 0;
  const key = (): string => `test:${randomUUID()}`;
  const through = (): string => `redis://127.0.0.1:${proxy.port}/9`;

  beforeAll(async () => {
    proxy = await silentProxy(redisUrl!);
    connection = await connectTest(through());
    cache = redisCache(connection);
    limiter = redisLimiter(connection, () => {
      insured += 1;
    });
    [node, elsewhere] = await Promise.all([signalsNode(through()), signalsNode(ownDatabase(9))]);
  });
  beforeEach(async () => {
    proxy.breakAll();
    await vi.waitFor(() => cache.get('test'), patient);
    insured = 0;
  });
  afterAll(async () => {
    await Promise.all([connection.close(), node.close(), elsewhere.close()]);
    await proxy.close();
  });

  it.each([
    ['says nothing', () => proxy.holdAnswers()],
    ['refuses', () => proxy.refuse()],
  ])('fails the cache with a type when it %s, and serves it when it is back', async (_, away) => {
    const name = key();
    await cache.set(name, 'v', 60_000);
    away();
    for (const call of [() => cache.get(name), () => cache.addMember(name, 'm', 1000), () => cache.delete(name)])
      await expect(call()).rejects.toThrow(CacheUnavailable);
    proxy.breakAll();
    await vi.waitFor(async () => expect(await cache.get(name)).toBe('v'), patient);
  });

  it('limits by this node alone meanwhile, and fails no request', async () => {
    const name = randomUUID();
    const { points } = LIMITS.otpPerNumber;
    expect(await limiter.take('otpPerNumber', name)).toEqual({ ok: true });
    expect(insured).toBe(0);
    proxy.holdAnswers();
    for (let n = 0; n < points; n += 1) expect(await limiter.take('otpPerNumber', name)).toEqual({ ok: true });
    expect((await limiter.take('otpPerNumber', name)).ok).toBe(false);
    expect(insured).toBe(points + 1);
    proxy.breakAll();
    await vi.waitFor(() => expect(connection.ready).toBe(true), patient);
    // It has counted the first one only, and the one whose answer was lost.
    expect(await limiter.take('otpPerNumber', name)).toEqual({ ok: true });
  });

  it.each([
    ['a silence', () => proxy.holdAnswers()],
    ['a refusal', () => proxy.refuse()],
  ])('tells subscribers after %s that they may have missed some, once they hear all again', async (_, away) => {
    const topic = key();
    const heard: string[] = [];
    let reset = 0;
    const endReset = node.signals.onReset(() => {
      reset += 1;
    });
    const end = node.signals.subscribe(topic, (payload) => heard.push(payload));
    await node.signals.inForce();
    elsewhere.signals.publish(topic, 'before');
    await vi.waitFor(() => expect(heard).toEqual(['before']), patient);
    away();
    const late = node.signals.subscribe(`${topic}:late`, (payload) => heard.push(payload));
    node.signals.publish(topic, 'here');
    elsewhere.signals.publish(topic, 'missed');
    await vi.waitFor(() => expect(heard).toContain('here'), patient);
    await vi.waitFor(() => expect(node.lost()).toBeGreaterThan(0), patient);
    proxy.breakAll();
    await vi.waitFor(() => expect(reset).toBeGreaterThan(0), patient);
    elsewhere.signals.publish(topic, 'after');
    elsewhere.signals.publish(`${topic}:late`, 'late');
    await vi.waitFor(() => expect(heard).toEqual(expect.arrayContaining(['after', 'late'])), patient);
    end();
    late();
    endReset();
  });

  it('does not hold up a start, and connects later', async () => {
    const closed = await silentProxy(redisUrl!);
    closed.refuse();
    const late = await connectTest(`redis://127.0.0.1:${closed.port}`);
    expect(late.ready).toBe(false);
    await expect(redisCache(late).get('test')).rejects.toThrow(CacheUnavailable);
    closed.breakAll();
    await vi.waitFor(() => expect(late.ready).toBe(true), patient);
    await late.close();
    await closed.close();
  });

  it('needs no more rights than the documentation says, and stops a start with a wrong password', async () => {
    const user = `test-${randomUUID()}`;
    const rights = ['+@all', '-@dangerous', '+info', '~parlance:*', '&parlance:*'];
    await connection.redis.acl('SETUSER', user, 'on', '>right', ...rights);
    const { host } = new URL(redisUrl!);
    await expect(connectTest(`redis://${user}:wrong@${host}`)).rejects.toThrow(StartError);
    const allowed = await connectTest(`redis://${user}:right@${host}`);
    const name = key();
    expect(await redisCache(allowed).addMember(name, 'm', 60_000)).toEqual({ first: true });
    const mine = redisLimiter(allowed, () => expect.unreachable('limits were refused'));
    expect(await mine.take('otpResend', name)).toEqual({ ok: true });
    const signals = await signalsNode(`redis://${user}:right@${host}`);
    const heard: string[] = [];
    signals.signals.subscribe(name, (payload) => heard.push(payload));
    await signals.signals.inForce();
    elsewhere.signals.publish(name, 'heard');
    await vi.waitFor(() => expect(heard).toEqual(['heard']), patient);
    await Promise.all([allowed.close(), signals.close()]);
    await connection.redis.acl('DELUSER', user);
  });

  it('goes on when everything in it is lost', async () => {
    const name = key();
    await cache.addMember(name, 'm', 60_000);
    expect(await limiter.take('otpResend', name)).toEqual({ ok: true });
    await connection.redis.flushdb();
    await connection.redis.script('FLUSH');
    expect(await cache.members(name)).toEqual([]);
    expect(await cache.touchMember(name, 'm', 60_000)).toEqual({ revived: true });
    expect(await limiter.take('otpResend', name)).toEqual({ ok: true });
    expect((await limiter.take('otpResend', name)).ok).toBe(false);
    expect(insured).toBe(0);
  });
});
