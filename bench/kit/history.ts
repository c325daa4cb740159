import { flags } from '../../test/kit/arguments.js';
import { startDriver } from './driverProcess.js';
import { prepare, processesOf, withServer } from './environment.js';
import { meter, table } from './measure.js';

/** Pages of one long conversation: the newest, and one as deep as `--depth` pages back, reached by walking there. */
export async function benchHistory(args: readonly string[]): Promise<boolean> {
  const given = flags(args, {
    messages: { type: 'string' },
    page: { type: 'string' },
    trials: { type: 'string' },
    depth: { type: 'string' },
    floor: { type: 'boolean' },
  });
  const messages = given.number('messages', 100_000);
  const pageSize = given.number('page', 50);
  const depth = given.number('depth', 1000);
  // One device that reads page after page without a pause is what the limits are against.
  const prepared = await prepare('bench-history', { accounts: 2, conversations: 1, messages }, { RATE_LIMITS: 'off' });
  return withServer(prepared, async (server) => {
    const read = meter(processesOf(server));
    const trials = given.number('trials', 300);
    const task = { kind: 'history' as const, url: server.url, tokens: prepared.tokens, pageSize, trials, depth };
    const result = await startDriver(task, () => undefined).result;
    const pages = result.pages + 2 * trials + 50;
    const cpuMsPerPage = Object.fromEntries(
      Object.entries(read().trees).map(([name, ms]) => [name, Math.round((ms / pages) * 100) / 100]),
    );
    const { newest, deep, walk } = result;
    const row = (name: string, times: typeof newest): (string | number | null)[] => [
      name,
      times.n,
      times.p50,
      times.p95,
      times.p99,
      times.max,
    ];
    console.log(
      table(
        ['page', 'pages', 'p50 ms', 'p95', 'p99', 'max'],
        [row('newest', newest), row(`deep (${result.pages} back)`, deep), row('each on the way', walk)],
      ),
    );
    console.log(`CPU ms/page: ${JSON.stringify(cpuMsPerPage)}`);
    given.json({ messages, pageSize, ...result, cpuMsPerPage });
    const whole =
      result.gaps === 0 &&
      result.headSeq >= messages &&
      result.pages >= Math.min(depth, Math.floor(messages / pageSize));
    if (!whole)
      console.log(`the walk was not whole: ${result.gaps} gaps, head ${result.headSeq}, ${result.pages} pages`);
    const within = [newest, deep].every((times) => (times.p50 ?? Infinity) <= 2 && (times.p95 ?? Infinity) <= 5);
    if (given.on('floor') && !within) console.log('outside the aim: p50 2 ms, p95 5 ms');
    console.log(
      `${messages} messages: newest page p50 ${newest.p50 ?? '-'} ms p95 ${newest.p95 ?? '-'} ms, deep page p50 ${deep.p50 ?? '-'} ms p95 ${deep.p95 ?? '-'} ms`,
    );
    return whole && (within || !given.on('floor'));
  });
}
