import { script, UsageError } from '../kit/arguments.js';
import { kill9 } from './kill9.js';

/** npm run chaos -- kill9 [--messages N] [--kills N] [--sabotage lose|duplicate|reorder|miscount] [--keep DIR] [--json FILE] */
script(async () => {
  const [name, ...args] = process.argv.slice(2);
  if (name === 'kill9') return kill9(args);
  throw new UsageError(
    'npm run chaos -- kill9 [--messages N] [--kills N] [--sabotage KIND] [--keep DIR] [--json FILE]',
  );
});
