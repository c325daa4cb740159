import { parseArgs } from 'node:util';
import { startWireDouble } from './server.js';

// The double as a process of its own, so that a test or a benchmark can kill it and pays for it elsewhere.
const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '0' },
    file: { type: 'string' },
    version: { type: 'string' },
  },
});

const double = await startWireDouble({
  port: Number(values.port),
  ...(values.file === undefined ? {} : { file: values.file }),
  ...(values.version === undefined ? {} : { version: values.version }),
});
process.stdout.write(`${JSON.stringify({ ready: true, port: double.port, url: double.url })}\n`);
process.on('SIGTERM', () => {
  double.kill();
  process.exit(0);
});
