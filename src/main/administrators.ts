import { StartError } from '../platform/lifecycle/index.js';
import { runAdministrators } from './administrators/run.js';

/** npm run administrators -- grant PHONE | revoke PHONE | list: beside a running server, or without one. */
runAdministrators(process.argv.slice(2), process.env).then(
  () => process.exit(0),
  (error: unknown) => {
    process.stderr.write(
      `${error instanceof StartError ? error.message : error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
    );
    process.exit(1);
  },
);
