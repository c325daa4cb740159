import type { EventStore, Position, StoredEvent } from '../../platform/eventStore/port.js';
import type { Opener } from '../../platform/keys/opener.js';
import type { ReadStore } from '../../platform/readStore/port.js';
import { concerns, type Projection } from './projection.js';
import { projecting } from './transaction.js';

export interface PourDeps {
  readonly readStore: ReadStore;
  readonly eventStore: Pick<EventStore, 'readLog'>;
  readonly open: Opener;
}

export interface Target {
  readonly projection: Projection;
  readonly schema: string;
  /** How often each batch is applied; 1 when absent. */
  readonly times?: number;
}

/** Events so far, and the position of the last. */
export type Progress = (events: number, position: Position) => void;

const BATCH = 1_000;

/**
 * Applies the log's events in (after, upTo] to tables that nobody else writes, a transaction a batch; the next batch is
 * read and opened meanwhile. Gives the position of the last event, or `after`.
 */
export async function pour(
  { readStore, eventStore, open }: PourDeps,
  targets: readonly Target[],
  { after, upTo }: { readonly after: Position; readonly upTo: Position },
  onProgress: Progress = () => undefined,
): Promise<Position> {
  let read = after;
  let applied = 0;
  let batch: StoredEvent[] = [];
  let applying: Promise<unknown> = Promise.resolve();

  const flush = async (): Promise<void> => {
    const events = batch;
    const to = read;
    batch = [];
    const opened = await open(events);
    await applying;
    applying = Promise.all(
      targets.map(async ({ projection, schema, times = 1 }) => {
        const relevant = opened.filter((event) => concerns(projection, event));
        for (let time = 0; time < times && relevant.length > 0; time += 1)
          await projecting(readStore, 'upkeep', (tx) => projection.project(relevant, tx, schema));
      }),
    ).then(() => onProgress((applied += events.length), to));
    // Its failure is met at the next await of it.
    applying.catch(() => undefined);
  };

  for await (const event of eventStore.readLog(after)) {
    if (event.position > upTo) break;
    read = event.position;
    batch.push(event);
    if (batch.length === BATCH) await flush();
  }
  if (batch.length > 0) await flush();
  await applying;
  return read;
}
