import type { EventStore, Position, StoredEvent } from '../../platform/eventStore/port.js';
import type { Opener } from '../../platform/keys/opener.js';
import type { ReadStore } from '../../platform/readStore/port.js';
import { activate, BUILD_LOCK, buildOf, createBuild } from './builds.js';
import type { Projection } from './projection.js';

export interface RebuildDeps {
  readonly readStore: ReadStore;
  readonly eventStore: Pick<EventStore, 'readLog'>;
  readonly open: Opener;
}

export type Progress = (events: number, position: Position) => void;

const BATCH = 1_000;

/** Applies the log in (after, upTo] to the tables of one schema, a transaction a batch. `times`: how often each batch is applied. */
export async function buildInto(
  { readStore, eventStore, open }: RebuildDeps,
  projection: Projection,
  target: { readonly schema: string; readonly after: Position; readonly upTo?: Position; readonly times?: number },
  onProgress: Progress = () => undefined,
): Promise<Position> {
  let position = target.after;
  let events = 0;
  let batch: StoredEvent[] = [];
  const apply = async (): Promise<void> => {
    const opened = (await open(batch)).filter(({ type }) => projection.eventTypes.includes(type));
    for (let time = 0; time < (target.times ?? 1) && opened.length > 0; time += 1)
      await readStore.transaction((tx) => projection.project(opened, tx, target.schema), { durable: false });
    events += batch.length;
    batch = [];
    onProgress(events, position);
  };
  for await (const event of eventStore.readLog(target.after)) {
    if (target.upTo !== undefined && event.position > target.upTo) break;
    position = event.position;
    batch.push(event);
    if (batch.length === BATCH) await apply();
  }
  await apply();
  return position;
}

/**
 * Builds a projection anew beside the live one, then takes its place in one transaction: the live ones stand still while the
 * last events are applied.
 */
export async function rebuild(deps: RebuildDeps, projection: Projection, onProgress?: Progress): Promise<void> {
  const { readStore } = deps;
  const build = await readStore.transaction(async (tx) => {
    await tx.query('SELECT pg_advisory_xact_lock($1)', [BUILD_LOCK]);
    return createBuild(tx, projection);
  });
  const reached = await buildInto(deps, projection, { schema: build.schema, after: build.position }, onProgress);
  await readStore.transaction(async (tx) => {
    const { rows } = await tx.query('SELECT * FROM projections WHERE active ORDER BY id FOR UPDATE');
    const live = rows.map(buildOf).find(({ id }) => id === projection.id);
    if (live === undefined) throw new Error(`there is no live build of ${projection.id}`);
    await buildInto(deps, projection, { schema: build.schema, after: reached, upTo: live.position }, undefined);
    // Ahead of the others it may be, since applying again changes nothing; the checkpoint is the others'.
    await tx.query('UPDATE projections SET position = $3 WHERE id = $1 AND build = $2', [build.id, build.build, live.position]);
    await activate(tx, build);
  });
}
