import type { Logger } from '../observability/logger.js';

type Listener = (payload: string) => void;

/** The listeners of this process, by topic. */
export interface Topics {
  /** `first`: nobody listened to this topic before. `remove` says whether nobody does any more; a second time is nothing. */
  add(topic: string, listener: Listener): { readonly first: boolean; readonly remove: () => boolean };
  deliver(topic: string, payload: string): void;
  names(): string[];
  clear(): void;
}

export function localTopics(logger: Logger): Topics {
  const topics = new Map<string, Set<{ readonly listener: Listener }>>();
  return {
    add(topic, listener) {
      const entry = { listener };
      const set = topics.get(topic);
      if (set === undefined) topics.set(topic, new Set([entry]));
      else set.add(entry);
      return {
        first: set === undefined,
        remove: () => {
          const entries = topics.get(topic);
          if (entries?.delete(entry) !== true || entries.size > 0) return false;
          topics.delete(topic);
          return true;
        },
      };
    },
    deliver(topic, payload) {
      for (const { listener } of [...(topics.get(topic) ?? [])]) {
        try {
          listener(payload);
        } catch (error) {
          logger.error({ err: error }, 'a listener to signals failed');
        }
      }
    },
    names: () => [...topics.keys()],
    clear: () => topics.clear(),
  };
}
