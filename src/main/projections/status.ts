import { START, type EventStore, type Position } from '../../platform/eventStore/port.js';
import type { Build } from '../../projections/kit/builds.js';
import type { Projection } from '../../projections/kit/projection.js';

export interface Status {
  readonly id: string;
  readonly version: number;
  /** Null while there is none. */
  readonly build: number | null;
  readonly position: string;
  /** Events not applied yet; counted up to 100,000. */
  readonly behind: number;
  /** Age of the oldest of them, in seconds. */
  readonly oldestSeconds: number | null;
  readonly parked: { readonly position: string; readonly error: string } | null;
}

const MAX_BEHIND = 100_000;

/** Where the live build of each projection stands. */
export async function statuses(
  builds: readonly Build[],
  projections: readonly Projection[],
  eventStore: Pick<EventStore, 'readLog'>,
): Promise<readonly Status[]> {
  const lags = new Map<Position, Lag>();
  const result: Status[] = [];
  for (const { id, version } of projections) {
    const live = builds.find((build) => build.id === id && build.active);
    const position = live?.position ?? START;
    const lag = lags.get(position) ?? (await lagAfter(position, eventStore));
    lags.set(position, lag);
    const parked = live?.parked ?? null;
    result.push({
      id,
      version: live?.version ?? version,
      build: live?.build ?? null,
      position: String(position),
      ...lag,
      parked: parked === null ? null : { position: String(parked.position), error: parked.error },
    });
  }
  return result;
}

interface Lag {
  readonly behind: number;
  readonly oldestSeconds: number | null;
}

async function lagAfter(position: Position, eventStore: Pick<EventStore, 'readLog'>): Promise<Lag> {
  let behind = 0;
  let oldest: number | undefined;
  for await (const event of eventStore.readLog(position, { limit: MAX_BEHIND })) {
    oldest ??= event.recordedAt;
    behind += 1;
  }
  return { behind, oldestSeconds: oldest === undefined ? null : Math.round((Date.now() - oldest) / 1000) };
}
