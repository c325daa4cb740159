import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/platform/clock/system.js';
import { postgresLeases } from '../../../src/platform/leases/postgres.js';
import { silentLogger } from '../../../src/platform/observability/logger.js';
import { SCHEDULE_LOOK_MS, schedule, type DueJob, type Schedule } from '../../../src/workers/kit/schedule.js';
import { manualClock, type ManualClock } from '../../kit/clock.js';
import { testDatabase, type TestDatabase } from '../../kit/postgres.js';

const [one, two] = ['01990000-0000-7000-8000-000000000001', '01990000-0000-7000-8000-000000000002'] as const;
let database: TestDatabase;
let clock: ManualClock;
const ends: (() => Promise<void>)[] = [];

beforeEach(async () => {
  database = await testDatabase();
  clock = manualClock();
});
afterEach(async () => {
  await Promise.all(ends.splice(0).map((end) => end()));
  await database.close();
});

/** Things that are due, by instant; what is done is kept. */
function things() {
  const due = new Set<number>();
  const done: { node: string; at: number }[] = [];
  const watchers = new Set<() => void>();
  const changed = (): void => {
    for (const watcher of [...watchers]) watcher();
  };
  let looks = 0;
  let failures = 0;
  const job = (node: string): DueJob => ({
    name: 'things',
    async nextDue() {
      looks += 1;
      changed();
      return due.size === 0 ? undefined : Math.min(...due);
    },
    async runDue(now) {
      if (failures > 0) {
        failures -= 1;
        changed();
        throw new Error('not now');
      }
      const ready = [...due].filter((at) => at <= now);
      for (const at of ready) {
        due.delete(at);
        done.push({ node, at });
      }
      changed();
      return ready.length;
    },
  });
  const until = (holds: () => boolean): Promise<void> =>
    new Promise((resolve) => {
      const look = (): void => {
        if (!holds()) return;
        watchers.delete(look);
        resolve();
      };
      watchers.add(look);
      look();
    });
  return {
    due,
    done,
    job,
    until,
    looks: () => looks,
    fail: (times: number) => void (failures = times),
    failures: () => failures,
  };
}

function start(job: DueJob, holder: string = one): Schedule & { stop(): Promise<void> } {
  const leases = postgresLeases(database.pool, systemClock, holder);
  const deps = { alarm: clock, leases, logger: silentLogger, leaseMs: 300 };
  const made = schedule(job, deps);
  const running = new AbortController();
  const done = made.run(running.signal);
  const stop = (): Promise<void> => {
    running.abort();
    return done;
  };
  ends.push(stop);
  return { ...made, stop };
}

/** Moves the clock on, whenever the schedule waits for it, until the condition holds. */
async function moveUntil(holds: () => boolean, step: number): Promise<void> {
  for (;;) {
    await clock.asleep();
    if (holds()) return;
    clock.advance(step);
  }
}

describe('a schedule', () => {
  it('does what is due when it is due, and not before', async () => {
    const world = things();
    const begin = clock.now();
    world.due
      .add(begin + 3_000)
      .add(begin + 1_000)
      .add(begin - 1);
    start(world.job('one'));
    await world.until(() => world.done.length === 1);
    await moveUntil(() => world.done.length === 2, 250);
    expect(clock.now()).toBe(begin + 1_000);
    await moveUntil(() => world.done.length === 3, 250);
    expect(clock.now()).toBe(begin + 3_000);
    expect(world.done.map(({ at }) => at - begin)).toEqual([-1, 1_000, 3_000]);
  });

  it('looks again when it is woken, and by itself after a while', async () => {
    const world = things();
    const looking = start(world.job('one'));
    await clock.asleep();
    world.due.add(clock.now());
    looking.wake();
    await world.until(() => world.done.length === 1);
    await clock.asleep();
    world.due.add(clock.now() + 1);
    const before = clock.now();
    await moveUntil(() => world.done.length === 2, 500);
    expect(clock.now() - before).toBe(SCHEDULE_LOOK_MS);
  });

  it('tries again what failed', async () => {
    const world = things();
    world.fail(3);
    world.due.add(clock.now());
    start(world.job('one'));
    await moveUntil(() => world.done.length === 1, 250);
    expect(world.failures()).toBe(0);
  });

  it('runs on one node, and on another when that stops', async () => {
    const world = things();
    const first = start(world.job('one'), one);
    await clock.asleep();
    const second = start(world.job('two'), two);
    world.due.add(clock.now());
    first.wake();
    second.wake();
    await world.until(() => world.done.length === 1);
    await first.stop();
    world.due.add(clock.now());
    await world.until(() => world.done.length === 2);
    expect(world.done.map(({ node }) => node)).toEqual(['one', 'two']);
  });
});

describe('leases', () => {
  it('are of one holder until they end or are given up', async () => {
    const [mine, other] = [postgresLeases(database.pool, clock, one), postgresLeases(database.pool, clock, two)];
    expect(await mine.take('a', 1_000)).toBe(true);
    expect(await other.take('a', 1_000)).toBe(false);
    expect(await other.take('b', 1_000)).toBe(true);
    clock.advance(999);
    expect(await mine.take('a', 1_000)).toBe(true);
    clock.advance(999);
    expect(await other.take('a', 1_000)).toBe(false);
    await other.release('a');
    expect(await other.take('a', 1_000)).toBe(false);
    await mine.release('a');
    expect(await other.take('a', 1_000)).toBe(true);
    clock.advance(1_000);
    expect(await mine.take('a', 1_000)).toBe(true);
  });

  it('of many takers at once have one', async () => {
    const takers = Array.from({ length: 8 }, (_, index) =>
      postgresLeases(database.pool, clock, `01990000-0000-7000-8000-00000000000${index}`).take('a', 1_000),
    );
    expect((await Promise.all(takers)).filter(Boolean)).toHaveLength(1);
  });
});
