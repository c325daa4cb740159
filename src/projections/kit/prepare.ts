import { START, type EventStore, type Position } from '../../platform/eventStore/port.js';
import type { Opener } from '../../platform/keys/opener.js';
import { StartError } from '../../platform/lifecycle/startError.js';
import type { ReadStore } from '../../platform/readStore/port.js';
import { checkpointOf } from './apply.js';
import { activate, allBuilds, bindToLog, createBuild, UPKEEP, whileBuilding } from './builds.js';
import type { Projection } from './projection.js';
import { rebuildAlone } from './rebuild.js';

export interface PrepareDeps {
  readonly readStore: ReadStore;
  readonly eventStore: Pick<EventStore, 'logId' | 'head' | 'readLog'>;
  readonly open: Opener;
  readonly projections: readonly Projection[];
}

/**
 * Makes the builds that are missing, and builds anew those of another version. Gives how far the read model is.
 * @throws StartError when the read model is of another log, or past the end of this one
 */
export async function prepareBuilds(deps: PrepareDeps): Promise<Position> {
  const { readStore, eventStore, projections } = deps;
  await bindToLog(readStore.pool, await eventStore.logId());
  const behind = (await checkpointOf(readStore.pool)) ?? START;
  // The checkpoint first: the head only grows.
  if (behind > (await eventStore.head()))
    throw new StartError(
      'The read model has events that the event log does not: the log was put back to an earlier state. Use an empty database for the read model.',
    );
  const active = (await allBuilds(readStore.pool)).filter((build) => build.active);
  const isUpToDate = (projection: Projection): boolean =>
    active.some(({ id, version }) => id === projection.id && version === projection.version);
  if (!projections.every(isUpToDate)) await whileBuilding(readStore, () => bringUpToDate(deps));
  return (await checkpointOf(readStore.pool)) ?? START;
}

async function bringUpToDate(deps: PrepareDeps): Promise<void> {
  const active = (await allBuilds(deps.readStore.pool)).filter((build) => build.active);
  for (const projection of deps.projections) {
    const live = active.find(({ id }) => id === projection.id);
    if (live === undefined)
      await deps.readStore.transaction(async (tx) => activate(tx, await createBuild(tx, projection)), UPKEEP);
    else if (live.version !== projection.version) await rebuildAlone(deps, projection);
  }
}
