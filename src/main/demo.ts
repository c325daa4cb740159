import { runDemo } from './demo/run.js';

/** npm run demo: a server on temporary data, two devices, a chat with a disconnect in the middle, its transcript. */
runDemo(process.argv.slice(2)).then(
  (ok) => process.exit(ok ? 0 : 1),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  },
);
