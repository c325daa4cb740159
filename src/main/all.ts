import { loadConfig } from '../platform/config/index.js';
import { runMain, stopOnSignals } from '../platform/lifecycle/index.js';
import { createLogger } from '../platform/observability/logger.js';
import { banner } from './banner.js';
import { compose } from './compose.js';
import { serve } from './serve.js';

// All roles in one process.
await runMain(async () => {
  const config = loadConfig(process.env);
  const logger = createLogger({ level: config.logLevel });
  const app = await compose(config, { logger, exclusive: true });
  stopOnSignals(app.lifecycle, logger);
  try {
    const url = await serve(app);
    process.stdout.write(banner(app, url));
  } catch (error) {
    await app.stop();
    throw error;
  }
});
