import type { Logger } from '../observability/logger.js';
import type { RedisConnection } from '../redis/connection.js';
import { PREFIX } from '../redis/keys.js';
import type { Signals } from './port.js';
import { localTopics } from './topics.js';

interface RedisSignalsOptions {
  readonly commands: RedisConnection;
  /** Of its own: a connection that listens does nothing else. */
  readonly listening: RedisConnection;
  /** Unique in the fleet; a node passes over its own messages, which it has delivered itself. */
  readonly node: string;
  readonly logger: Logger;
  /** A message reached this node only. */
  readonly onLost: () => void;
}

/** Channels subscribed to in one command after a reconnect. */
const BATCH = 500;

/** Redis' publish and subscribe, a channel a topic. */
export function redisSignals({ commands, listening, node, logger, onLost }: RedisSignalsOptions): Signals {
  const topics = localTopics(logger);
  const resets = new Set<() => void>();
  let settling: Promise<unknown> = Promise.resolve();

  listening.redis.on('message', (channel: string, message: string) => {
    const end = message.indexOf(' ');
    if (message.slice(0, end) === node) return;
    topics.deliver(channel.slice(PREFIX.channel.length), message.slice(end + 1));
  });
  /** When it fails the connection is away or broken off, and `ready` comes again. */
  const change = (what: 'subscribe' | 'unsubscribe', names: readonly string[]): Promise<unknown> => {
    const channels = names.map((name) => `${PREFIX.channel}${name}`);
    const done = listening.run((redis) => redis[what](...channels)).catch(() => undefined);
    settling = Promise.all([settling, done]);
    return done;
  };
  const renew = async (): Promise<void> => {
    const names = topics.names();
    const batches: Promise<unknown>[] = [];
    for (let from = 0; from < names.length; from += BATCH)
      batches.push(change('subscribe', names.slice(from, from + BATCH)));
    await Promise.all(batches);
    for (const callback of [...resets]) {
      try {
        callback();
      } catch (error) {
        logger.error({ err: error }, 'a listener to resets of signals failed');
      }
    }
  };
  listening.onReady(() => void renew());

  return {
    publish(topic, payload) {
      queueMicrotask(() => topics.deliver(topic, payload));
      commands.run((redis) => redis.publish(`${PREFIX.channel}${topic}`, `${node} ${payload}`)).catch(onLost);
    },
    subscribe(topic, onMessage) {
      const { first, remove } = topics.add(topic, onMessage);
      if (first) void change('subscribe', [topic]);
      return () => {
        if (remove()) void change('unsubscribe', [topic]);
      };
    },
    async inForce() {
      await settling;
    },
    onReset(callback) {
      // An entry of its own for a callback that is given twice.
      const entry = (): void => callback();
      resets.add(entry);
      return () => void resets.delete(entry);
    },
    async close() {
      topics.clear();
      resets.clear();
    },
  };
}
