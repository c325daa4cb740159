import { runMain } from '../platform/lifecycle/index.js';
import { runProjections } from './projections/run.js';

/** npm run projections -- status | rebuild ID | verify: the read models beside a running server, or without one. */
await runMain(async () => {
  const ok = await runProjections(process.argv.slice(2), process.env);
  process.exit(ok ? 0 : 1);
});
