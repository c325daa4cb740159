import type pg from 'pg';
import { EventStoreError, type Position } from '../../platform/eventStore/port.js';
import { isPassing as isPassingInEngine, type ReadStore } from '../../platform/readStore/port.js';
import { concerns, type OpenedEvent, type Projection } from './projection.js';
import { projecting } from './transaction.js';

/** What a transaction came to. `rewound`: the read model is further back than the caller believed; nothing was applied. */
export type Applied = { readonly kind: 'reached' | 'rewound'; readonly position: Position };

/** An event that a projection could not apply, or that could not be opened for any of them (`projection` undefined). */
export class UnappliedEvent extends Error {
  constructor(
    readonly projection: string | undefined,
    override readonly cause: unknown,
  ) {
    super(`${projection ?? 'every projection'} cannot apply an event`);
    this.name = 'UnappliedEvent';
  }
}

interface Checkpoint {
  id: string;
  schema_name: string;
  position: bigint;
}

/**
 * Applies the log's events in (after, last one's position] to all active projections, with their checkpoints, in one
 * transaction. The checkpoints are locked first and move by compare-and-set: any number of projectors are safe, and each
 * projection leaves out what it has. Commits do not wait for the disk: what a crash takes is applied again from the log.
 */
export async function applyBatch(
  readStore: ReadStore,
  projections: readonly Projection[],
  after: Position,
  events: readonly OpenedEvent[],
): Promise<Applied> {
  const last = events.at(-1)?.position ?? after;
  return projecting(readStore, 'projecting', async (tx) => {
    const { rows } = await tx.query<Checkpoint>({
      name: 'projections_lock',
      text: 'SELECT id, schema_name, position FROM projections WHERE active ORDER BY id FOR UPDATE',
    });
    const least = rows.reduce((low, row) => (row.position < low ? row.position : low), rows[0]?.position ?? -1n);
    if (least < after) return { kind: 'rewound', position: least as Position };
    if (least >= last) return { kind: 'reached', position: least as Position };
    for (const projection of projections) await applyOne(tx, projection, rows, events);
    const moved = await tx.query({
      name: 'projections_move',
      text: `UPDATE projections SET position = $1, parked_position = NULL, parked_error = NULL
               WHERE active AND position < $1 AND schema_name = ANY ($2)`,
      values: [last, rows.map((row) => row.schema_name)],
    });
    if (moved.rowCount !== rows.filter((row) => row.position < last).length) throw new SwitchedUnderneath();
    return { kind: 'reached', position: last };
  });
}

/** A rebuild took the place of a build while we waited for its row, which our snapshot cannot see: once more. */
class SwitchedUnderneath extends Error {
  override name = 'SwitchedUnderneath';
}

async function applyOne(
  tx: pg.PoolClient,
  projection: Projection,
  checkpoints: readonly Checkpoint[],
  events: readonly OpenedEvent[],
): Promise<void> {
  const checkpoint = checkpoints.find(({ id }) => id === projection.id);
  if (checkpoint === undefined) throw new SwitchedUnderneath();
  const { position, schema_name: schema } = checkpoint;
  const relevant = events.filter((event) => event.position > position && concerns(projection, event));
  if (relevant.length === 0) return;
  try {
    await projection.project(relevant, tx, schema);
  } catch (cause) {
    throw isPassing(cause) ? cause : new UnappliedEvent(projection.id, cause);
  }
}

/** The least checkpoint of the active projections; what the read model as a whole has. */
export async function checkpointOf(db: Pick<pg.Pool, 'query'>): Promise<Position | undefined> {
  const { rows } = await db.query<{ position: bigint | null }>({
    name: 'projections_checkpoint',
    text: 'SELECT min(position) AS position FROM projections WHERE active',
  });
  return (rows[0]?.position ?? undefined) as Position | undefined;
}

/** Whether an error is of the moment and not of the event. */
export function isPassing(error: unknown): boolean {
  return error instanceof SwitchedUnderneath || error instanceof EventStoreError || isPassingInEngine(error);
}
