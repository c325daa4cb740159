import { script, UsageError } from '../test/kit/arguments.js';
import { benchCompare } from './kit/compare.js';
import { benchConnections } from './kit/connections.js';
import { benchGroup } from './kit/group.js';
import { benchHistory } from './kit/history.js';
import { benchOneToOne } from './kit/oneToOne.js';
import { benchStorm } from './kit/storm.js';

/** npm run bench -- one-to-one | group | connections | history | storm | compare. Tables and figures on standard output, `--json FILE` for all of it. */
script(async () => {
  const [name, ...args] = process.argv.slice(2);
  switch (name) {
    case 'one-to-one':
      return benchOneToOne(args);
    case 'group':
      return benchGroup(args);
    case 'compare':
      return benchCompare(args);
    case 'connections':
      return benchConnections(args);
    case 'history':
      return benchHistory(args);
    case 'storm':
      return benchStorm(args);
    default:
      throw new UsageError(
        'npm run bench -- one-to-one | group | connections | history | storm | compare [--json FILE]',
      );
  }
});
