import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

export type Metrics = ReturnType<typeof createMetrics>;

/** Seconds: from a cached answer to what nobody waits for. */
const latencyBuckets = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** One registry for a process. Labels have few values: never an id, a stream or a phone. */
export function createMetrics(options: { readonly process?: boolean } = {}) {
  const registry = new Registry();
  if (options.process !== false) collectDefaultMetrics({ register: registry, prefix: 'parlance_' });
  const registers = [registry];
  return {
    registry,
    /** One histogram a port: operation and whether it went well. */
    portSeconds: new Histogram({
      name: 'parlance_port_seconds',
      help: 'Time of operations of ports',
      labelNames: ['port', 'operation', 'outcome'],
      buckets: latencyBuckets,
      registers,
    }),
    operationSeconds: new Histogram({
      name: 'parlance_graphql_operation_seconds',
      help: 'Time of GraphQL operations',
      labelNames: ['kind', 'operation', 'outcome'],
      buckets: latencyBuckets,
      registers,
    }),
    commands: new Counter({
      name: 'parlance_commands_total',
      help: 'Commands by outcome',
      labelNames: ['command', 'outcome'],
      registers,
    }),
    sockets: new Gauge({ name: 'parlance_sockets', help: 'Open WebSockets', registers }),
    subscriptions: new Gauge({
      name: 'parlance_subscriptions',
      help: 'Running subscriptions',
      labelNames: ['field'],
      registers,
    }),
    deliveries: new Counter({
      name: 'parlance_deliveries_total',
      help: 'Payloads sent to subscribers',
      labelNames: ['update'],
      registers,
    }),
    socketsClosed: new Counter({
      name: 'parlance_sockets_closed_total',
      help: 'WebSockets closed by us',
      labelNames: ['code'],
      registers,
    }),
    projectedEvents: new Counter({
      name: 'parlance_projected_events_total',
      help: 'Events applied to a projection',
      labelNames: ['projection'],
      registers,
    }),
    projectionLagSeconds: new Gauge({
      name: 'parlance_projection_lag_seconds',
      help: 'Age of the last event applied, when behind',
      labelNames: ['projection'],
      registers,
    }),
    limited: new Counter({
      name: 'parlance_rate_limited_total',
      help: 'Requests refused by a limit',
      labelNames: ['limit'],
      registers,
    }),
  } as const;
}
