import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

export type Metrics = ReturnType<typeof createMetrics>;

/** Seconds: from a cached answer to what nobody waits for. */
const latencyBuckets = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** One registry for a process. Labels have few values: never an id, a stream or a phone. */
export function createMetrics() {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry, prefix: 'parlance_' });
  const registers = [registry];
  return {
    registry,
    appendSeconds: new Histogram({
      name: 'parlance_event_store_append_seconds',
      help: 'Time of appends, with the wait for their group commit',
      labelNames: ['outcome'],
      buckets: latencyBuckets,
      registers,
    }),
    limited: new Counter({
      name: 'parlance_rate_limited_total',
      help: 'Requests refused by a limit',
      labelNames: ['limit'],
      registers,
    }),
    redisFailures: new Counter({
      name: 'parlance_redis_failures_total',
      help: 'What was done without Redis because it did not answer',
      labelNames: ['use'],
      registers,
    }),
    presenceNotices: new Counter({
      name: 'parlance_presence_notices_total',
      help: "Accounts' presences told to subscriptions: all of a subscription's at its beginning, then changes",
      labelNames: ['kind'],
      registers,
    }),
    typingNotices: new Counter({
      name: 'parlance_typing_notices_total',
      help: 'Typing notices told to subscriptions',
      registers,
    }),
    signals: new Counter({
      name: 'parlance_signals_total',
      help: 'Signals published by this node, by what they are about',
      labelNames: ['about'],
      registers,
    }),
    projectedEvents: new Counter({
      name: 'parlance_projected_events_total',
      help: 'Events applied to the read model',
      registers,
    }),
    workerEvents: new Counter({
      name: 'parlance_worker_events_total',
      help: 'Events that workers handled, postponed or parked',
      labelNames: ['worker', 'outcome'],
      registers,
    }),
    linkPreviews: new Counter({
      name: 'parlance_link_previews_total',
      help: 'Links that previews were looked for, by what was found',
      labelNames: ['outcome'],
      registers,
    }),
    /** A figure that is looked up when it is asked for. */
    gauge(name: string, help: string, read: () => number): void {
      const gauge = new Gauge({
        name: `parlance_${name}`,
        help,
        registers,
        collect() {
          gauge.set(read());
        },
      });
    },
  } as const;
}
