import { StartError } from '../platform/lifecycle/index.js';
import { runEngines } from './engines/run.js';

/** npm run engines -- up NAME… | down [NAME…] | status: real engines on this machine, for development and tests. */
runEngines(process.argv.slice(2), process.env).then(
  (ok) => process.exit(ok ? 0 : 1),
  (error: unknown) => {
    process.stderr.write(
      `${error instanceof StartError ? error.message : error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
    );
    process.exit(1);
  },
);
