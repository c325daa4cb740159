import { expect, test } from 'vitest';
import { createLifecycle } from '../../../src/platform/lifecycle/index.js';
import { silentLogger } from '../../../src/platform/observability/logger.js';

test('what started last stops first, once, whatever fails', async () => {
  const lifecycle = createLifecycle(silentLogger);
  const order: string[] = [];
  lifecycle.add('engine', () => void order.push('engine'));
  lifecycle.add('broken', () => {
    order.push('broken');
    throw new Error('broken');
  });
  lifecycle.add('sockets', async () => {
    await Promise.resolve();
    order.push('sockets');
  });
  expect(lifecycle.stopping).toBe(false);
  expect(await Promise.all([lifecycle.stop(), lifecycle.stop()])).toEqual([false, false]);
  expect(order).toEqual(['sockets', 'broken', 'engine']);
  expect(lifecycle.stopping).toBe(true);
});

test('a part that hangs does not keep the others from stopping', async () => {
  const lifecycle = createLifecycle(silentLogger);
  let stopped = false;
  lifecycle.add('engine', () => void (stopped = true));
  lifecycle.add('hangs', () => new Promise(() => undefined), 5);
  expect(await lifecycle.stop()).toBe(false);
  expect(stopped).toBe(true);
});
