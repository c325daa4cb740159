import { setTimeout as pause } from 'node:timers/promises';
import type { Position } from '../../platform/eventStore/port.js';
import type { ReadStore } from '../../platform/readStore/port.js';
import { isPassing } from './apply.js';
import { activate, allBuilds, buildOf, createBuild, tablesOf, UPKEEP, whileBuilding, type Build } from './builds.js';
import { pour, type PourDeps, type Progress } from './pour.js';
import type { Projection } from './projection.js';

/** Positions that the live one may be ahead when it is stopped for the switch; below this it is a matter of milliseconds. */
const CLOSE = 2_000n;
const MAX_CATCH_UPS = 20;
const SWITCH_ATTEMPTS = 20;

/**
 * Builds a projection anew beside the live one, which goes on meanwhile, then takes its place in one transaction. The live
 * ones stand still while the last events are applied and the views are switched.
 */
export function rebuild(deps: PourDeps, projection: Projection, onProgress?: Progress): Promise<void> {
  return whileBuilding(deps.readStore, () => rebuildAlone(deps, projection, onProgress));
}

/** Inside `whileBuilding`. */
export async function rebuildAlone(deps: PourDeps, projection: Projection, onProgress?: Progress): Promise<void> {
  const { readStore } = deps;
  const build = await readStore.transaction((tx) => createBuild(tx, projection), UPKEEP);
  const target = [{ projection, schema: build.schema }];
  let reached = build.position;
  let events = 0;
  const count: Progress = (applied, position) => onProgress?.(events + applied, position);
  for (let time = 0; time < MAX_CATCH_UPS; time += 1) {
    const live = await livePosition(readStore, projection.id);
    if (time > 0 && live - reached < CLOSE) break;
    let applied = 0;
    reached = await pour(deps, target, { after: reached, upTo: live }, (now, position) =>
      count((applied = now), position),
    );
    events += applied;
  }
  // Statistics for the readers' plans, before there are readers.
  for (const table of await tablesOf(readStore.pool, build.schema))
    await readStore.upkeep.query(`ANALYZE ${build.schema}.${table}`);
  for (let attempt = 1; ; attempt += 1) {
    try {
      reached = await switchTo(deps, projection, build, reached);
      return;
    } catch (error) {
      if (!isPassing(error) || attempt === SWITCH_ATTEMPTS) throw error;
      await pause(50 * attempt);
    }
  }
}

async function switchTo(deps: PourDeps, projection: Projection, build: Build, reached: Position): Promise<Position> {
  return deps.readStore.transaction(async (tx) => {
    const { rows } = await tx.query('SELECT * FROM projections WHERE active ORDER BY id FOR UPDATE');
    const live = rows.map(buildOf).find(({ id }) => id === projection.id);
    if (live === undefined) throw new Error(`there is no live build of ${projection.id}`);
    // In transactions of its own: should this one fail, what it applied is applied again, which changes nothing.
    const position = await pour(deps, [{ projection, schema: build.schema }], { after: reached, upTo: live.position });
    await tx.query('UPDATE projections SET position = $3 WHERE id = $1 AND build = $2', [
      build.id,
      build.build,
      live.position,
    ]);
    await activate(tx, build);
    return position;
  }, UPKEEP);
}

async function livePosition(readStore: ReadStore, id: string): Promise<Position> {
  const live = (await allBuilds(readStore.pool)).find((build) => build.id === id && build.active);
  if (live === undefined) throw new Error(`there is no live build of ${id}`);
  return live.position;
}
