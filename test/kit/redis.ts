import { randomUUID } from 'node:crypto';
import { silentLogger } from '../../src/platform/observability/logger.js';
import { connectRedis, type RedisConnection } from '../../src/platform/redis/connection.js';
import { redisSignals } from '../../src/platform/signals/redis.js';
import type { Signals } from '../../src/platform/signals/port.js';

/** A real Redis that the tests may write to; its databases from 9 they may also empty. */
export const redisUrl = process.env['REDIS_URL'] === '' ? undefined : process.env['REDIS_URL'];

export const connectTest = (url = redisUrl ?? ''): Promise<RedisConnection> => connectRedis(url, 'test', silentLogger);

/** The same Redis with a database of one test file's own: 9 to 15. */
export function ownDatabase(database: number): string {
  const url = new URL(redisUrl ?? '');
  url.pathname = `/${database}`;
  return url.href;
}

export interface SignalsNode {
  readonly signals: Signals;
  /** Messages that reached no other node. */
  readonly lost: () => number;
  readonly close: () => Promise<void>;
}

/** The signals of one more node. */
export async function signalsNode(url = redisUrl ?? ''): Promise<SignalsNode> {
  const [commands, listening] = await Promise.all([connectTest(url), connectTest(url)]);
  let lost = 0;
  const signals = redisSignals({
    commands,
    listening,
    node: randomUUID(),
    logger: silentLogger,
    onLost: () => {
      lost += 1;
    },
  });
  return {
    signals,
    lost: () => lost,
    close: async () => {
      await signals.close();
      await Promise.all([commands.close(), listening.close()]);
    },
  };
}
