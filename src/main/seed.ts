import { writeFileSync } from 'node:fs';
import { loadConfig } from '../platform/config/index.js';
import { runMain } from '../platform/lifecycle/index.js';
import { createLogger } from '../platform/observability/logger.js';
import { compose } from './compose.js';
import { progressBar } from './importing/progress.js';
import { seedApp } from './seed/app.js';
import { seedOptions } from './seed/options.js';
import { seed } from './seed/run.js';

/** npm run seed -- --accounts N --conversations N --messages N: beside a running server, or before it starts. */
await runMain(async () => {
  const options = seedOptions(process.argv.slice(2));
  const config = loadConfig(process.env);
  const logger = createLogger({ level: config.logLevel });
  const app = await compose(config, { logger, exclusive: false, limited: false });
  try {
    const bars = new Map<string, (done: number, total: number) => void>();
    const progress = (what: string, done: number, total: number): void => {
      let bar = bars.get(what);
      if (bar === undefined) bars.set(what, (bar = progressBar(process.stderr, what)));
      bar(done, total);
    };
    const result = await seed(seedApp(app), { ...options, progress });
    // The read model too is up to date then, whether or not a server runs.
    await app.projector.catchUp();
    if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify(result, null, 2)}\n`);
    const { accounts, devices, conversations, messages, newMessages, seconds } = result;
    process.stdout.write(
      `${accounts} accounts, ${devices} devices, ${conversations} conversations, ${messages} messages (${newMessages} new) in ${seconds} s\n`,
    );
  } finally {
    await app.stop();
  }
  process.exit(0);
});
