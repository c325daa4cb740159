import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { loadConfig } from '../../platform/config/index.js';
import type { Position } from '../../platform/eventStore/port.js';
import { createLifecycle, StartError } from '../../platform/lifecycle/index.js';
import { createLogger } from '../../platform/observability/logger.js';
import { PROJECTIONS } from '../../projections/index.js';
import { allBuilds } from '../../projections/kit/builds.js';
import type { Progress } from '../../projections/kit/pour.js';
import { createProjector } from '../../projections/kit/projector.js';
import { rebuild } from '../../projections/kit/rebuild.js';
import { openEngines, type Engines } from './engines.js';
import { rateBar, rateOf } from './progress.js';
import { statuses, type Status } from './status.js';
import { verify } from './verify.js';

const USAGE = 'usage: npm run projections -- status | rebuild ID | verify [--json FILE]';

interface Result {
  readonly ok: boolean;
  /** The last line. */
  readonly figures: string;
  readonly json: object;
}

const print = (line: string): void => void process.stdout.write(`${line}\n`);

/** Whether what was asked for holds. */
export async function runProjections(args: readonly string[], env: NodeJS.ProcessEnv): Promise<boolean> {
  const { values, positionals } = parse(args);
  const [command, id, ...rest] = positionals;
  const takesId = command === 'rebuild';
  if (rest.length > 0 || takesId !== (id !== undefined)) throw new StartError(USAGE);
  if (takesId && !PROJECTIONS.some((projection) => projection.id === id))
    throw new StartError(
      `There is no projection ${id ?? ''}: there are ${PROJECTIONS.map((one) => one.id).join(', ')}.`,
    );
  const run = { status, rebuild: (engines: Engines) => rebuildOne(engines, id ?? ''), verify: verifyAll }[
    command ?? ''
  ];
  if (run === undefined) throw new StartError(USAGE);
  const config = loadConfig(env);
  const logger = createLogger({ level: config.logLevel });
  const lifecycle = createLifecycle(logger);
  try {
    const { ok, figures, json } = await run(await openEngines(config, logger, lifecycle));
    if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(json, null, 2)}\n`);
    print(figures);
    return ok;
  } finally {
    await lifecycle.stop();
  }
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: { json: { type: 'string' } }, allowPositionals: true });
  } catch {
    throw new StartError(USAGE);
  }
}

async function status({ readStore, eventStore }: Engines): Promise<Result> {
  const all = await statuses(await allBuilds(readStore.pool), PROJECTIONS, eventStore);
  for (const one of all) print(describe(one));
  const parked = all.filter((one) => one.parked !== null).length;
  const behind = Math.max(0, ...all.map((one) => one.behind));
  const figures = `${all.length} projections, ${behind} events behind, ${parked} parked`;
  return { ok: parked === 0, figures, json: { projections: all } };
}

function describe({ id, version, build, position, behind, oldestSeconds, parked }: Status): string {
  const name = `${id}.v${version}`.padEnd(20);
  if (build === null) return `${name} not built yet, ${behind} events behind`;
  const lag = behind === 0 ? 'up to date' : `${behind} events behind, for ${oldestSeconds ?? 0} s`;
  const stopped = parked === null ? '' : `; parked at ${parked.position} by ${parked.error}`;
  return `${name} build ${build} at ${position}, ${lag}${stopped}`;
}

async function rebuildOne(engines: Engines, id: string): Promise<Result> {
  const projection = PROJECTIONS.find((one) => one.id === id);
  if (projection === undefined) throw new Error(id);
  await createProjector({ ...engines, projections: PROJECTIONS, logger: createLogger({ level: 'silent' }) }).prepare();
  const progress = await progressOver(engines, `rebuilding ${id}`);
  const started = performance.now();
  let events = 0;
  await rebuild(engines, projection, (applied, position) => progress((events = applied), position));
  progress.done();
  const ms = performance.now() - started;
  const json = { projection: id, events, seconds: ms / 1000, eventsPerSecond: rateOf(events, ms) };
  return {
    ok: true,
    figures: `rebuilt ${id}: ${events} events in ${(ms / 1000).toFixed(1)} s, ${json.eventsPerSecond} events/s`,
    json,
  };
}

/** Brings the live ones to the end of the log first, as the next start would. */
async function verifyAll(engines: Engines): Promise<Result> {
  const projector = createProjector({
    ...engines,
    projections: PROJECTIONS,
    logger: createLogger({ level: 'silent' }),
  });
  await projector.prepare();
  const behind = Math.max(
    ...(await statuses(await allBuilds(engines.readStore.pool), PROJECTIONS, engines.eventStore)).map(
      (one) => one.behind,
    ),
  );
  await projector.catchUp();
  const progress = await progressOver(engines, 'rebuilding, twice and folding');
  let events = 0;
  const results = await verify({ ...engines, projections: PROJECTIONS }, (applied, position) =>
    progress((events = applied), position),
  );
  progress.done();
  for (const { projection, rows, rebuilt, twice, fold, examples } of results) {
    for (const example of examples) print(`  ${example}`);
    print(
      `${projection}: ${rows} rows; rebuilt ${rebuilt}, applied twice ${twice}, naive fold ${fold}; differences ${rebuilt + twice + fold}`,
    );
  }
  const differences = results.reduce((sum, one) => sum + one.rebuilt + one.twice + one.fold, 0);
  const rows = results.reduce((sum, one) => sum + one.rows, 0);
  if (behind > 0) print(`the live ones were ${behind} events behind, and were brought up to date first`);
  const figures = `differences ${differences}, ${results.length} projections, ${rows} rows, ${events} events`;
  return { ok: differences === 0, figures, json: { differences, rows, events, behind, projections: results } };
}

/** The bar fills by position, since no store counts its events. */
async function progressOver({ eventStore }: Engines, label: string): Promise<Progress & { done(): void }> {
  const head = Number(await eventStore.head());
  const bar = rateBar(process.stderr, label);
  let last = 0;
  const show = (events: number, position: Position): void => {
    last = events;
    // The end is said once, by `done`.
    bar(Math.min(0.999, head <= 0 ? 0 : Number(position) / head), events);
  };
  return Object.assign(show, { done: () => bar(1, last) });
}
