import { setTimeout as pause } from 'node:timers/promises';
import type pg from 'pg';
import { START, type EventStore, type Position, type StoredEvent } from '../../platform/eventStore/port.js';
import type { Opener } from '../../platform/keys/opener.js';
import type { Logger } from '../../platform/observability/logger.js';
import type { ReadStore } from '../../platform/readStore/port.js';
import { activate, allBuilds, BUILD_LOCK, bindToLog, createBuild } from './builds.js';
import type { OpenedEvent, Projection } from './projection.js';
import { rebuild } from './rebuild.js';
import { waiters } from './waiters.js';

export interface ProjectorDeps {
  readonly readStore: ReadStore;
  readonly eventStore: EventStore;
  readonly open: Opener;
  readonly projections: readonly Projection[];
  readonly logger: Logger;
}

export interface Projector {
  /** Makes what is missing and brings what is of another version up to date. Before `run`. @throws StartError */
  prepare(): Promise<void>;
  /** Follows the log until the signal aborts. */
  run(signal: AbortSignal): Promise<void>;
  /** Applies what is in the log now, and stops. */
  catchUp(): Promise<void>;
  /** How far all active projections are. */
  position(): Position;
  /** True once `position` was passed; false after the time, in milliseconds. */
  waitFor(position: Position, timeoutMs: number): Promise<boolean>;
  /** The event that cannot be applied, if there is one: the read model waits there. */
  parked(): { readonly projection: string; readonly position: Position } | undefined;
}

/** Batches are gathered so that under load a transaction begins at most this often. */
const GATHER_MS = 8;
const MAX_BATCH = 1_000;
const MAX_BACKOFF_MS = 30_000;

/** An event that a projection could not apply. */
class UnappliedEvent extends Error {
  constructor(
    readonly projection: string,
    override readonly cause: unknown,
  ) {
    super(`projection ${projection} cannot apply an event`);
    this.name = 'UnappliedEvent';
  }
}

/**
 * Applies the log to all active projections in lockstep: a batch's rows of every projection and their checkpoint are one
 * transaction. The rows of `projections` are locked first, so that any number of projectors are safe. Commits do not wait
 * for the disk: what a crash takes is applied again from the log.
 */
export function createProjector(deps: ProjectorDeps): Projector {
  const { readStore, eventStore, open, projections, logger } = deps;
  const waiting = waiters();
  let position: Position = START;
  let parkedAt: { projection: string; position: Position } | undefined;

  const applyTo = async (tx: pg.PoolClient, events: readonly OpenedEvent[], schemas: ReadonlyMap<string, string>): Promise<void> => {
    for (const projection of projections) {
      const schema = schemas.get(projection.id);
      const relevant = events.filter(({ type }) => projection.eventTypes.includes(type));
      if (schema === undefined || relevant.length === 0) continue;
      try {
        await projection.project(relevant, tx, schema);
      } catch (cause) {
        throw isConnectionLoss(cause) ? cause : new UnappliedEvent(projection.id, cause);
      }
    }
  };

  /** One transaction. Events that another projector has applied meanwhile are left out. */
  const apply = async (events: readonly OpenedEvent[]): Promise<void> => {
    const last = events.at(-1)?.position ?? position;
    const reached = await readStore.transaction(
      async (tx) => {
        const { rows } = await tx.query<{ id: string; schema_name: string; position: bigint }>({
          name: 'projections_lock',
          text: 'SELECT id, schema_name, position FROM projections WHERE active FOR UPDATE',
        });
        const from = rows.reduce((least, row) => (row.position < least ? row.position : least), last as bigint);
        if (from >= last) return rows[0]?.position ?? last;
        await applyTo(tx, from < position ? events : events.filter((event) => event.position > from), new Map(rows.map((row) => [row.id, row.schema_name])));
        await tx.query({ name: 'projections_move', text: 'UPDATE projections SET position = $1, parked_position = NULL, parked_error = NULL WHERE active AND position < $1', values: [last] });
        return last;
      },
      { durable: false },
    );
    position = reached as Position;
    parkedAt = undefined;
    waiting.passed(position);
  };

  const park = async (error: UnappliedEvent, event: StoredEvent): Promise<void> => {
    parkedAt = { projection: error.projection, position: event.position };
    logger.error({ err: error.cause, projection: error.projection, position: String(event.position), type: event.type }, 'an event is parked: the read model waits for it');
    await readStore.pool.query('UPDATE projections SET parked_position = $2, parked_error = $3 WHERE id = $1 AND active', [
      error.projection,
      event.position,
      error.cause instanceof Error ? error.cause.name : 'Error',
    ]);
  };

  /** Applies a batch; what fails is tried event by event, until the one that cannot be applied is found. */
  const applyAll = async (events: readonly StoredEvent[], signal: AbortSignal | undefined): Promise<void> => {
    let todo = events;
    let backoff = 100;
    let alone = false;
    while (todo.length > 0 && signal?.aborted !== true) {
      const batch = alone ? todo.slice(0, 1) : todo.slice(0, MAX_BATCH);
      try {
        await apply(await open(batch));
        todo = todo.slice(batch.length);
        backoff = 100;
      } catch (error) {
        const [first] = batch;
        if (!isConnectionLoss(error) && batch.length > 1) {
          alone = true;
          continue;
        }
        if (!isConnectionLoss(error) && first !== undefined) await park(error instanceof UnappliedEvent ? error : new UnappliedEvent('all', error), first).catch(() => undefined);
        else logger.warn({ err: error }, 'the read store does not answer; projecting goes on when it does');
        if (signal === undefined) throw error;
        await pause(backoff, undefined, { signal }).catch(() => undefined);
        backoff = Math.min(backoff * 2, MAX_BACKOFF_MS);
      }
    }
  };

  return {
    async prepare() {
      await bindToLog(readStore.pool, await eventStore.logId());
      await readStore.transaction(async (tx) => {
        await tx.query('SELECT pg_advisory_xact_lock($1)', [BUILD_LOCK]);
        const builds = await allBuilds(tx);
        for (const projection of projections) {
          if (!builds.some(({ id, active }) => id === projection.id && active)) await activate(tx, await createBuild(tx, projection));
        }
      });
      for (const { id, active, version } of await allBuilds(readStore.pool)) {
        const projection = projections.find((one) => one.id === id);
        if (active && projection !== undefined && projection.version !== version) await rebuild(deps, projection);
      }
      const active = (await allBuilds(readStore.pool)).filter((build) => build.active);
      position = active.reduce<Position>((least, build) => (build.position < least ? build.position : least), active[0]?.position ?? START);
    },
    async run(signal) {
      let gathered: StoredEvent[] = [];
      let startedAt = 0;
      for await (const items of eventStore.subscribe(position, { signal })) {
        for (const item of items) if (item.kind === 'event') gathered.push(item.event);
        if (gathered.length === 0) continue;
        const now = performance.now();
        if (gathered.length < MAX_BATCH && now - startedAt < GATHER_MS) await pause(GATHER_MS - (now - startedAt), undefined, { signal }).catch(() => undefined);
        startedAt = performance.now();
        const events = gathered;
        gathered = [];
        await applyAll(events, signal);
      }
    },
    async catchUp() {
      let batch: StoredEvent[] = [];
      for await (const event of eventStore.readLog(position)) {
        batch.push(event);
        if (batch.length === MAX_BATCH) {
          await applyAll(batch, undefined);
          batch = [];
        }
      }
      await applyAll(batch, undefined);
    },
    position: () => position,
    waitFor: (wanted, timeoutMs) => (position >= wanted ? Promise.resolve(true) : waiting.waitFor(wanted, timeoutMs)),
    parked: () => parkedAt,
  };
}

/** Of Postgres: connection (08), resources (53), shutdown (57P), serialisation and deadlock (40); of sockets. */
function isConnectionLoss(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  return /^(08|53|57P|40)|^E[A-Z]+$/.test(code) || /Connection terminated|timeout exceeded|unavailable|closed/i.test(error.message);
}
