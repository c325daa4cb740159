import { script, UsageError } from '../kit/arguments.js';
import { kill9 } from './kill9.js';
import { nodes } from './nodes.js';

script(async () => {
  const [name, ...args] = process.argv.slice(2);
  if (name === 'kill9') return kill9(args);
  if (name === 'nodes') return nodes(args);
  throw new UsageError(
    `npm run chaos -- kill9 [--messages N] [--kills N] [--sabotage KIND] [--keep DIR] [--json FILE]
npm run chaos -- nodes [--messages N] [--faults N] [--devices N] [--seed N] [--sabotage KIND] [--json FILE]`,
  );
});
