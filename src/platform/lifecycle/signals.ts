import type { Logger } from '../observability/logger.js';
import type { Lifecycle } from './stack.js';
import { StartError } from './startError.js';

/** SIGINT and SIGTERM stop in order and exit 0; the second one exits at once. What nobody caught stops too, and exits 1. */
export function stopOnSignals(lifecycle: Lifecycle, logger: Logger): void {
  const stop = (code: number): void => {
    if (lifecycle.stopping) process.exit(130);
    void lifecycle.stop().then((clean) => process.exit(clean ? code : 1));
  };
  process.on('SIGINT', () => stop(0));
  process.on('SIGTERM', () => stop(0));
  for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
    process.on(event, (error: unknown) => {
      logger.fatal({ err: error }, 'a fault that nothing caught; stopping');
      if (!lifecycle.stopping) stop(1);
    });
  }
}

/** Runs an entry point: a StartError is one sentence on stderr, whatever else shows its stack. Exits 1 on both, after stopping what had started. */
export async function runMain(main: () => Promise<void>, lifecycle?: Lifecycle): Promise<void> {
  try {
    await main();
  } catch (error) {
    process.stderr.write(
      error instanceof StartError
        ? `${error.message}\n`
        : `${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
    );
    await lifecycle?.stop();
    process.exit(1);
  }
}
