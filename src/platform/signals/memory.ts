import type { Logger } from '../observability/logger.js';
import type { Signals } from './port.js';
import { localTopics } from './topics.js';

/** For one process; misses nothing, so it is never reset. */
export function memorySignals(logger: Logger): Signals {
  const topics = localTopics(logger);
  return {
    publish(topic, payload) {
      queueMicrotask(() => topics.deliver(topic, payload));
    },
    subscribe(topic, onMessage) {
      const { remove } = topics.add(topic, onMessage);
      return () => void remove();
    },
    inForce: () => Promise.resolve(),
    onReset: () => () => undefined,
    async close() {
      topics.clear();
    },
  };
}
