import { setTimeout as pause } from 'node:timers/promises';
import { START, type EventStore, type Position, type StoredEvent } from '../../platform/eventStore/port.js';
import type { Opener } from '../../platform/keys/opener.js';
import type { Logger } from '../../platform/observability/logger.js';
import type { ReadStore } from '../../platform/readStore/port.js';
import { applyBatch, checkpointOf, isPassing, UnappliedEvent } from './apply.js';
import { refreshStatistics } from './builds.js';
import { prepareBuilds } from './prepare.js';
import type { Projection } from './projection.js';
import { waiters } from './waiters.js';

export interface ProjectorDeps {
  readonly readStore: ReadStore;
  readonly eventStore: EventStore;
  readonly open: Opener;
  readonly projections: readonly Projection[];
  readonly logger: Logger;
  /** After each commit. */
  readonly onProjected?: (position: Position, events: readonly StoredEvent[]) => void;
}

export interface Projector {
  /** Makes what is missing and brings what is of another version up to date. Before anything else. @throws StartError */
  prepare(): Promise<void>;
  /** Follows the log until the signal aborts. */
  run(signal: AbortSignal): Promise<void>;
  /** Applies what is in the log now, and stops. @throws UnappliedEvent, and what the engines throw */
  catchUp(): Promise<void>;
  /** How far all active projections are. Goes back when a crash of the read store took the end of them. */
  position(): Position;
  /** True once `position` was passed, whoever projects; false after the time, in milliseconds. */
  waitFor(position: Position, timeoutMs: number): Promise<boolean>;
  /** The event that cannot be applied, if there is one: the read model waits there. */
  parked(): { readonly projection: string; readonly position: Position } | undefined;
}

/** Under load a transaction begins at most this often; what comes meanwhile is the next batch. */
const GATHER_MS = 32;
const MAX_BATCH = 1_000;
const IDLE_CHECK_MS = 1_000;
const MIN_BACKOFF_MS = 100;
const MAX_BACKOFF_MS = 30_000;

/** Applies the log to all active projections in lockstep: one subscription, one transaction a batch. */
export function createProjector(deps: ProjectorDeps): Projector {
  const { readStore, eventStore, open, projections, logger } = deps;
  let position: Position = START;
  let running = false;
  let parkedAt: { projection: string; position: Position } | undefined;

  const moveTo = (to: Position): void => {
    position = to;
    waiting.passed(to);
  };

  const look = async (): Promise<void> => {
    const stored = await checkpointOf(readStore.pool);
    if (stored !== undefined) moveTo(stored);
  };
  const waiting = waiters(() => (running ? undefined : look()));

  const park = async (error: UnappliedEvent, event: StoredEvent): Promise<void> => {
    parkedAt = { projection: error.projection ?? 'all', position: event.position };
    const { cause } = error;
    logger.error(
      { err: cause, projection: parkedAt.projection, position: String(event.position), type: event.type },
      'an event is parked: the read model waits for it',
    );
    await readStore.pool.query(
      'UPDATE projections SET parked_position = $2, parked_error = $3 WHERE active AND ($1::text IS NULL OR id = $1)',
      [error.projection ?? null, event.position, cause instanceof Error ? cause.name : 'Error'],
    );
  };

  const tryBatch = async (after: Position, batch: readonly StoredEvent[]): Promise<'applied' | 'rewound'> => {
    const opened = await open(batch).catch((cause: unknown) => {
      throw isPassing(cause) ? cause : new UnappliedEvent(undefined, cause);
    });
    const { kind, position: to } = await applyBatch(readStore, projections, after, opened);
    if (kind === 'rewound')
      logger.warn({ from: String(after), to: String(to) }, 'the read model has gone back; projecting again from there');
    moveTo(to);
    if (kind === 'rewound') return kind;
    parkedAt = undefined;
    deps.onProjected?.(to, batch);
    return 'applied';
  };

  /** Applies events of the log that follow `after` without a hole. A batch that fails is halved, down to the event that cannot be applied. */
  const applyAll = async (
    after: Position,
    events: readonly StoredEvent[],
    signal?: AbortSignal,
  ): Promise<'applied' | 'rewound'> => {
    let from = after;
    let size = MAX_BATCH;
    let backoff = MIN_BACKOFF_MS;
    for (let at = 0; at < events.length && signal?.aborted !== true;) {
      const batch = events.slice(at, at + size);
      try {
        if ((await tryBatch(from, batch)) === 'rewound') return 'rewound';
        at += batch.length;
        from = batch.at(-1)?.position ?? from;
        backoff = MIN_BACKOFF_MS;
      } catch (error) {
        if (error instanceof UnappliedEvent) {
          if (batch.length > 1) {
            size = Math.ceil(batch.length / 2);
            continue;
          }
          await park(error, batch[0]!).catch(() => undefined);
        } else logger.warn({ err: error }, 'the read store does not answer; projecting goes on when it does');
        if (signal === undefined) throw error;
        await pause(backoff, undefined, { signal }).catch(() => undefined);
        backoff = Math.min(backoff * 2, MAX_BACKOFF_MS);
      }
    }
    return 'applied';
  };

  /** A crash of the read store may have taken the last rows while nothing new comes in: look, and start again from there. */
  const watchForRewind = (restart: AbortController): (() => void) => {
    const check = async (): Promise<void> => {
      const believed = position;
      const stored = await checkpointOf(readStore.pool).catch(() => undefined);
      if (stored === undefined || believed !== position || stored === position) return;
      if (stored < position) restart.abort();
      moveTo(stored);
    };
    const onBroken = (): void => void check();
    const timer = setInterval(onBroken, IDLE_CHECK_MS);
    readStore.pool.on('error', onBroken);
    return () => {
      clearInterval(timer);
      readStore.pool.off('error', onBroken);
    };
  };

  /** One subscription, from where the read model is until it is found further back. */
  const follow = async (signal: AbortSignal): Promise<void> => {
    const restart = new AbortController();
    const either = AbortSignal.any([signal, restart.signal]);
    const stopWatching = watchForRewind(restart);
    try {
      let after = position;
      for await (const items of eventStore.subscribe(after, { signal: either })) {
        const started = performance.now();
        const events = items.flatMap((item) => (item.kind === 'event' ? [item.event] : []));
        if (events.length === 0) continue;
        if ((await applyAll(after, events, either)) === 'rewound') return;
        after = events.at(-1)!.position;
        const rest = GATHER_MS - (performance.now() - started);
        if (rest > 0 && events.length < MAX_BATCH)
          await pause(rest, undefined, { signal: either }).catch(() => undefined);
      }
    } finally {
      stopWatching();
    }
  };

  return {
    async prepare() {
      moveTo(await prepareBuilds(deps));
    },
    async run(signal) {
      running = true;
      try {
        while (!signal.aborted) await follow(signal);
      } finally {
        running = false;
      }
    },
    async catchUp() {
      await look();
      const before = position;
      let after = before;
      let batch: StoredEvent[] = [];
      const flush = async (): Promise<void> => {
        if (batch.length === 0) return;
        if ((await applyAll(after, batch)) === 'rewound')
          throw new Error('the read model went back while it was brought up to date');
        after = batch.at(-1)!.position;
        batch = [];
      };
      for await (const event of eventStore.readLog(after)) {
        batch.push(event);
        if (batch.length === MAX_BATCH) await flush();
      }
      await flush();
      if (after !== before) await refreshStatistics(readStore.upkeep);
    },
    position: () => position,
    waitFor: (wanted, timeoutMs) => (position >= wanted ? Promise.resolve(true) : waiting.waitFor(wanted, timeoutMs)),
    parked: () => parkedAt,
  };
}
