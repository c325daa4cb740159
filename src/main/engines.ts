import { runMain } from '../platform/lifecycle/index.js';
import { runEngines } from './engines/run.js';

/** npm run engines -- up NAME… | down [NAME…] | status: real engines on this machine, for development and tests. */
await runMain(async () => {
  const ok = await runEngines(process.argv.slice(2), process.env);
  process.exit(ok ? 0 : 1);
});
