import type { Logger } from '../observability/logger.js';

export interface Lifecycle {
  /** What to do at the stop. The last added is stopped first. Past `boundMs` (10 s) the stop goes on without it. */
  add(name: string, stop: () => Promise<void> | void, boundMs?: number): void;
  /** Stops everything, in reverse, whatever fails. Idempotent: all callers wait for the one stop. Resolves to false if something failed. */
  stop(): Promise<boolean>;
  readonly stopping: boolean;
}

/** The stack of what runs: stop accepting, tell the sockets, drain, checkpoint, close the engines. */
export function createLifecycle(logger: Logger): Lifecycle {
  const entries: { readonly name: string; readonly stop: () => Promise<void> | void; readonly boundMs: number }[] = [];
  let stopping: Promise<boolean> | undefined;

  async function stopAll(): Promise<boolean> {
    let clean = true;
    // Not a copy: what is added while stopping is stopped too.
    for (let entry = entries.pop(); entry !== undefined; entry = entries.pop()) {
      const started = performance.now();
      try {
        await bounded(entry.stop, entry.boundMs);
        logger.debug({ part: entry.name, ms: Math.round(performance.now() - started) }, 'stopped');
      } catch (error) {
        clean = false;
        logger.error({ part: entry.name, err: error }, 'did not stop cleanly');
      }
    }
    return clean;
  }

  return {
    add: (name, stop, boundMs = 10_000) => entries.push({ name, stop, boundMs }),
    stop: () => (stopping ??= stopAll()),
    get stopping() {
      return stopping !== undefined;
    },
  };
}

async function bounded(stop: () => Promise<void> | void, boundMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`still running after ${String(boundMs)} ms`)), boundMs);
  });
  try {
    await Promise.race([(async () => stop())(), late]);
  } finally {
    clearTimeout(timer);
  }
}
