import { existsSync } from 'node:fs';
import path from 'node:path';
import { projectRoot } from '../../src/platform/config/root.js';
import { flags, UsageError } from '../../test/kit/arguments.js';
import type { ServerProcess } from '../../test/kit/serverProcess.js';
import { prepare, run } from './environment.js';
import { table } from './measure.js';
import { drive, seedOf } from './oneToOne.js';

interface Round {
  readonly open: number;
  readonly openP99: number | null;
  readonly closed: number;
  readonly closedRate: number;
}

const MOST = 1.1;

/**
 * The one-to-one load on the server of another checkout and on this one's by turns, each with its own driver: what the neighbours on the machine do to
 * the one they do to the other. `--with DIR` has its dependencies installed.
 */
export async function benchCompare(args: readonly string[]): Promise<boolean> {
  const given = flags(args, {
    with: { type: 'string' },
    rounds: { type: 'string' },
    rate: { type: 'string' },
    seconds: { type: 'string' },
    quiet: { type: 'string' },
  });
  const other = given.text('with');
  if (other === undefined || !existsSync(path.join(other, 'bench/main.ts')))
    throw new UsageError('npm run bench -- compare --with DIR: another checkout of this repository.');
  const rate = given.number('rate', 1500);
  const options = {
    pairs: 50,
    rates: [rate],
    seconds: given.number('seconds', 10),
    quiet: given.number('quiet', 20),
    outstanding: 32,
  };
  const measure = async (root: string, name: string): Promise<Round> => {
    const prepared = await prepare('compare', seedOf(options), {}, root);
    try {
      const { open, closed } = await drive(name, options, prepared, [], withChildren);
      const [step] = open;
      if (step === undefined || closed === undefined) throw new Error(`${root} measured nothing`);
      return {
        open: step.cpuMsPerMessage,
        openP99: step.delivery.p99,
        closed: closed.cpuMsPerMessage,
        closedRate: closed.rate,
      };
    } finally {
      await prepared.dispose();
    }
  };
  const before: Round[] = [];
  const now: Round[] = [];
  await run(process.execPath, ['scripts/ensureBuilt.mjs'], {}, other);
  for (let round = 1; round <= given.number('rounds', 3); round++) {
    const turns = [
      async () => before.push(await measure(path.resolve(other), `before ${round}`)),
      async () => now.push(await measure(projectRoot, `now ${round}`)),
    ];
    for (const turn of round % 2 === 1 ? turns : turns.reverse()) await turn();
  }
  const rows = [
    ...before.map((round, index) => rowOf(`before ${index + 1}`, round)),
    ...now.map((round, index) => rowOf(`now ${index + 1}`, round)),
  ];
  console.log(
    table(['run', `CPU ms/message at ${rate}/s`, 'p99 ms', 'CPU ms/message, closed loop', 'messages/s'], rows),
  );
  const ratio = (of: (round: Round) => number): number =>
    Math.round((median(now.map(of)) / median(before.map(of))) * 100) / 100;
  const ratios = { open: ratio((round) => round.open), closed: ratio((round) => round.closed) };
  given.json({ options, before, now, ratios });
  const holds = ratios.open <= MOST && ratios.closed <= MOST;
  console.log(
    `CPU a message, now to before: ${ratios.open} at ${rate}/s, ${ratios.closed} in the closed loop${holds ? '' : `: more than ${MOST}`}`,
  );
  return holds;
}

/** Postgres is the server's child, and earlier drivers counted it twice when it was named as well. */
const withChildren = ({ pid }: ServerProcess) => [{ name: 'server and database', pid }];

const rowOf = (name: string, round: Round) => [name, round.open, round.openP99, round.closed, round.closedRate];

function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.floor(sorted.length / 2)] ?? NaN;
}
