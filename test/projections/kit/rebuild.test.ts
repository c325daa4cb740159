import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { silentLogger } from '../../../src/platform/observability/logger.js';
import { PROJECTIONS } from '../../../src/projections/index.js';
import { allBuilds, createBuild } from '../../../src/projections/kit/builds.js';
import { rebuild } from '../../../src/projections/kit/rebuild.js';
import { snapshotPosition } from '../../../src/projections/kit/snapshot.js';
import { timelineProjection } from '../../../src/projections/timeline/timeline.js';
import { chat, testLog, type TestLog } from '../fixture.js';

let log: TestLog;
beforeEach(async () => {
  log = await testLog();
});
afterEach(() => log.close());

const deps = () => ({ readStore: log.database, eventStore: log.eventStore, open: log.open });
const live = async () => (await allBuilds(log.database.pool)).find((build) => build.id === 'timeline' && build.active);
const schemas = async (): Promise<string[]> =>
  (
    await log.database.pool.query<{ name: string }>(
      `SELECT nspname AS name FROM pg_namespace WHERE nspname LIKE 'timeline%'`,
    )
  ).rows.map(({ name }) => name);

describe('a rebuild', () => {
  it('takes the place of the live build while that goes on and is read', async () => {
    await chat(log);
    const projector = log.projector();
    await projector.prepare();
    const stop = new AbortController();
    const running = projector.run(stop.signal);
    await projector.waitFor(await log.eventStore.head(), 5_000);
    let done = false;
    let reads = 0;
    const reading = (async () => {
      while (!done) {
        const { rows } = await log.database.pool.query<{ n: bigint }>(
          'SELECT count(*) AS n FROM timeline t JOIN conversations c ON c.id = t.conversation_id',
        );
        expect(Number(rows[0]!.n)).toBeGreaterThan(0);
        reads += 1;
      }
    })();
    const writing = (async () => {
      for (let n = 0; n < 40; n += 1) await log.send('ab', n % 2 === 0 ? 'ada' : 'bob', `text ${n}`);
    })();
    for (const projection of PROJECTIONS) await rebuild(deps(), projection);
    await writing;
    const last = await log.send('ab', 'ada', 'last');
    expect(await projector.waitFor(last, 5_000)).toBe(true);
    done = true;
    await reading;
    expect(reads).toBeGreaterThan(10);
    stop.abort();
    await running;
    const timeline = await log.rows('timeline');
    expect(timeline).toHaveLength(8 + 41);
    expect((await live())?.build).toBe(2);
    expect(await schemas()).toEqual([`timeline_v${String(timelineProjection.version)}_b2`]);
    expect((await allBuilds(log.database.pool)).map(({ position }) => position)).toEqual(PROJECTIONS.map(() => last));
  });

  it('brings a projection of another version up at the start, beside the old one', async () => {
    await chat(log);
    const projector = log.projector();
    await projector.prepare();
    await projector.catchUp();
    const before = await log.rows('timeline');
    const version = timelineProjection.version + 1;
    const next = { ...timelineProjection, version };
    const upgraded = log.projector({
      projections: PROJECTIONS.map((one) => (one.id === 'timeline' ? next : one)),
      logger: silentLogger,
    });
    await upgraded.prepare();
    expect(await live()).toMatchObject({ version, schema: `timeline_v${version}_b2` });
    expect(await log.rows('timeline')).toEqual(before);
  });

  it('waits for a snapshot, which sees one build throughout', async () => {
    await chat(log);
    const projector = log.projector();
    await projector.prepare();
    await projector.catchUp();
    let rebuilding: Promise<void> | undefined;
    await log.database.transaction(
      async (tx) => {
        expect(await snapshotPosition(tx)).toBe(projector.position());
        rebuilding = rebuild(deps(), timelineProjection);
        // Until it has all its rows and stands before the switch.
        await expect
          .poll(
            async () =>
              (
                await log.database.pool.query(
                  `SELECT FROM pg_locks WHERE NOT granted AND mode = 'AccessExclusiveLock' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
                )
              ).rowCount,
          )
          .toBe(1);
        expect((await tx.query('SELECT FROM timeline')).rowCount).toBe(8);
      },
      { isolation: 'repeatable read' },
    );
    await rebuilding;
    expect((await live())?.build).toBe(2);
  });

  it('drops what an interrupted one left', async () => {
    await chat(log);
    const projector = log.projector();
    await projector.prepare();
    await projector.catchUp();
    await log.database.transaction((tx) => createBuild(tx, timelineProjection));
    expect(await schemas()).toHaveLength(2);
    await rebuild(deps(), timelineProjection);
    expect(await schemas()).toHaveLength(1);
    expect(await allBuilds(log.database.pool)).toHaveLength(PROJECTIONS.length);
  });

  it('reports how many events it has applied', async () => {
    await chat(log);
    const projector = log.projector();
    await projector.prepare();
    await projector.catchUp();
    const seen: number[] = [];
    await rebuild(deps(), timelineProjection, (events) => seen.push(events));
    expect(seen.at(-1)).toBe(Number(await log.eventStore.head()) + 1);
  });
});
