import { runMain } from '../platform/lifecycle/index.js';
import { runAdministrators } from './administrators/run.js';

/** npm run administrators -- grant PHONE | revoke PHONE | list: beside a running server, or without one. */
await runMain(async () => {
  await runAdministrators(process.argv.slice(2), process.env);
  process.exit(0);
});
