import { memoryCache } from '../platform/cache/memory.js';
import type { Cache } from '../platform/cache/port.js';
import { redisCache } from '../platform/cache/redis.js';
import type { Clock } from '../platform/clock/port.js';
import type { Ids } from '../platform/ids/port.js';
import type { Lifecycle } from '../platform/lifecycle/index.js';
import { memoryLimiter } from '../platform/limits/memory.js';
import type { Limiter } from '../platform/limits/port.js';
import { redisLimiter } from '../platform/limits/redis.js';
import { countedFailures, countedSignals } from '../platform/observability/instrument.js';
import type { Logger } from '../platform/observability/logger.js';
import type { Metrics } from '../platform/observability/metrics.js';
import { connectRedis } from '../platform/redis/connection.js';
import { listedCache, listedSignals } from '../platform/redis/listed.js';
import { memorySignals } from '../platform/signals/memory.js';
import type { Signals } from '../platform/signals/port.js';
import { redisSignals } from '../platform/signals/redis.js';

/** What the nodes of a fleet share and can do without. */
export interface Shared {
  readonly cache: Cache;
  readonly signals: Signals;
  readonly limiter: Limiter;
  readonly adapter: string;
}

interface SharedOptions {
  readonly redisUrl: string | undefined;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly lifecycle: Lifecycle;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

/** @throws StartError when Redis answers and does not let us in */
export async function openShared(options: SharedOptions): Promise<Shared> {
  const { clock, logger, lifecycle } = options;
  const shared =
    options.redisUrl === undefined
      ? {
          cache: memoryCache(clock),
          signals: memorySignals(logger),
          limiter: memoryLimiter(),
          adapter: 'in process',
        }
      : await onRedis(options.redisUrl, options);
  lifecycle.add('cache', () => shared.cache.close());
  lifecycle.add('signals', () => shared.signals.close());
  return {
    ...shared,
    cache: listedCache(shared.cache),
    signals: countedSignals(listedSignals(shared.signals), options.metrics),
  };
}

async function onRedis(url: string, { ids, lifecycle, logger, metrics }: SharedOptions): Promise<Shared> {
  const commands = await connectRedis(url, 'commands', logger);
  lifecycle.add('redis', () => commands.close());
  const listening = await connectRedis(url, 'signals', logger);
  lifecycle.add('redis, listening', () => listening.close());
  metrics.gauge('redis_connections', 'Connections to Redis that answer, of two', () =>
    [commands, listening].reduce((sum, { ready }) => sum + Number(ready), 0),
  );
  const failed = (use: string) => () => metrics.redisFailures.inc({ use });
  return {
    cache: countedFailures(redisCache(commands), failed('cache')),
    signals: redisSignals({ commands, listening, node: ids.next(), logger, onLost: failed('signals') }),
    limiter: redisLimiter(commands, failed('limits')),
    adapter: 'Redis (REDIS_URL)',
  };
}
