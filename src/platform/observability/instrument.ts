import { CacheUnavailable, type Cache } from '../cache/port.js';
import type { EventStore } from '../eventStore/port.js';
import type { Limiter } from '../limits/port.js';
import type { Signals } from '../signals/port.js';
import type { Metrics } from './metrics.js';

/** The event store with its appends timed. */
export function timedAppends(store: EventStore, { appendSeconds }: Metrics): EventStore {
  return {
    ...store,
    async append(request) {
      const started = performance.now();
      let outcome = 'failed';
      try {
        const answer = await store.append(request);
        outcome = answer.kind;
        return answer;
      } finally {
        appendSeconds.observe({ outcome }, (performance.now() - started) / 1000);
      }
    },
  };
}

/** The signals with what they are about counted: a topic's first word. */
export function countedSignals(inner: Signals, { signals }: Metrics): Signals {
  return {
    ...inner,
    publish(topic, payload) {
      signals.inc({ about: topic.split(':', 1)[0] ?? '' });
      inner.publish(topic, payload);
    },
  };
}

/** The limiter with its refusals counted. */
export function countedRefusals(limiter: Limiter, { limited }: Metrics): Limiter {
  return {
    async take(limit, key, points) {
      const outcome = await limiter.take(limit, key, points);
      if (!outcome.ok) limited.inc({ limit });
      return outcome;
    },
  };
}

/** The cache with the calls counted that it refused. */
export function countedFailures(cache: Cache, onFailure: () => void): Cache {
  const counted =
    <A extends unknown[], R>(call: (...args: A) => Promise<R>) =>
    async (...args: A): Promise<R> => {
      try {
        return await call(...args);
      } catch (error) {
        if (error instanceof CacheUnavailable) onFailure();
        throw error;
      }
    };
  return {
    set: counted(cache.set),
    get: counted(cache.get),
    getMany: counted(cache.getMany),
    delete: counted(cache.delete),
    addMember: counted(cache.addMember),
    removeMember: counted(cache.removeMember),
    touchMember: counted(cache.touchMember),
    members: counted(cache.members),
    close: cache.close,
  };
}
