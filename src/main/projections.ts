import { StartError } from '../platform/lifecycle/index.js';
import { runProjections } from './projections/run.js';

/** npm run projections -- status | rebuild ID | verify: the read models beside a running server, or without one. */
runProjections(process.argv.slice(2), process.env).then(
  (ok) => process.exit(ok ? 0 : 1),
  (error: unknown) => {
    process.stderr.write(
      `${error instanceof StartError ? error.message : error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
    );
    process.exit(1);
  },
);
