import type { EventStore, Position } from '../../platform/eventStore/port.js';
import { START } from '../../platform/eventStore/port.js';
import type { Opener } from '../../platform/keys/opener.js';
import type { ReadStore } from '../../platform/readStore/port.js';
import { allBuilds, createTables, tablesOf, UPKEEP, whileBuilding, type Build } from '../../projections/kit/builds.js';
import { pour, type Progress, type Target } from '../../projections/kit/pour.js';
import type { Projection } from '../../projections/kit/projection.js';
import { compareTables, compareWith, type Differences } from './compare.js';
import { naiveFold, type Tables } from './naiveFold.js';

export interface VerifyDeps {
  readonly readStore: ReadStore;
  readonly eventStore: Pick<EventStore, 'readLog'>;
  readonly open: Opener;
  readonly projections: readonly Projection[];
}

/** Differences of a live projection to each of its three doubles. */
export interface Verified {
  readonly projection: string;
  readonly rows: number;
  readonly rebuilt: number;
  readonly twice: number;
  readonly fold: number;
  readonly examples: readonly string[];
}

const once = (projection: Projection): string => `verify_${projection.id}_once`;
const twice = (projection: Projection): string => `verify_${projection.id}_twice`;

/**
 * Builds every projection anew from the log, and again with each batch applied twice, and folds the log in memory; then
 * compares the live tables with all three, at one position. The live ones go on meanwhile.
 */
export async function verify(deps: VerifyDeps, onProgress?: Progress): Promise<readonly Verified[]> {
  const { readStore, projections } = deps;
  const schemas = projections.flatMap((projection) => [once(projection), twice(projection)]);
  const drop = async (): Promise<void> => {
    for (const schema of schemas) await readStore.upkeep.query(`DROP SCHEMA IF EXISTS ${schema} CASCADE`);
  };
  return whileBuilding(readStore, async () => {
    await drop();
    try {
      for (const projection of projections)
        await readStore.transaction(async (tx) => {
          await createTables(tx, projection, once(projection));
          await createTables(tx, projection, twice(projection));
        }, UPKEEP);
      return await compareAll(deps, onProgress);
    } finally {
      await drop();
    }
  });
}

async function compareAll(deps: VerifyDeps, onProgress?: Progress): Promise<readonly Verified[]> {
  const { readStore, projections } = deps;
  const targets = projections.flatMap((projection): Target[] => [
    { projection, schema: once(projection) },
    { projection, schema: twice(projection), times: 2 },
  ]);
  const fold = naiveFold();
  const folding: VerifyDeps = {
    ...deps,
    open: async (events) => {
      const opened = await deps.open(events);
      for (const event of opened) fold.apply(event);
      return opened;
    },
  };
  const live = await readStore.pool.query<{ position: Position }>(
    'SELECT max(position) AS position FROM projections WHERE active',
  );
  const reached = await pour(folding, targets, { after: START, upTo: live.rows[0]?.position ?? START }, onProgress);
  const snapshot = await readStore.upkeep.connect();
  try {
    const builds = await readStore.transaction(async (tx) => {
      // Projectors wait until the doubles are where they are; the snapshot holds that moment.
      await tx.query('SELECT FROM projections WHERE active ORDER BY id FOR UPDATE');
      const active = (await allBuilds(tx)).filter((build) => build.active);
      await pour(folding, targets, { after: reached, upTo: samePosition(active) });
      await snapshot.query('BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT FROM projections');
      return active;
    }, UPKEEP);
    const results: Verified[] = [];
    for (const projection of projections) {
      const build = builds.find(({ id }) => id === projection.id);
      if (build === undefined) throw new Error(`there is no live build of ${projection.id}`);
      results.push(await compareOne(snapshot, projection, build, fold.tables));
    }
    return results;
  } finally {
    await snapshot.query('ROLLBACK').catch(() => undefined);
    snapshot.release();
  }
}

async function compareOne(
  db: Parameters<typeof compareTables>[0],
  projection: Projection,
  build: Build,
  expected: Tables,
): Promise<Verified> {
  const none: Differences = { rows: 0, differences: 0, examples: [] };
  let [rebuilt, doubled, folded] = [none, none, none];
  for (const table of await tablesOf(db, build.schema)) {
    rebuilt = plus(rebuilt, await compareTables(db, table, build.schema, once(projection)), 'rebuilt');
    doubled = plus(doubled, await compareTables(db, table, build.schema, twice(projection)), 'applied twice');
    folded = plus(folded, await compareWith(db, table, build.schema, expected[table] ?? new Map()), 'folded');
  }
  return {
    projection: projection.id,
    rows: folded.rows,
    rebuilt: rebuilt.differences,
    twice: doubled.differences,
    fold: folded.differences,
    examples: [rebuilt, doubled, folded].flatMap(({ examples }) => examples),
  };
}

function plus(sum: Differences, more: Differences, how: string): Differences {
  return {
    rows: sum.rows + more.rows,
    differences: sum.differences + more.differences,
    examples: [...sum.examples, ...more.examples.map((example) => `${how}: ${example}`)],
  };
}

function samePosition(builds: readonly Build[]): Position {
  const positions = new Set(builds.map(({ position }) => position));
  const [position] = positions;
  if (position === undefined || positions.size > 1)
    throw new Error('the projections are not at one position: bring them up to date first');
  return position;
}
