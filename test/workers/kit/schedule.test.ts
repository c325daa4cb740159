import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { postgresLeases } from '../../../src/platform/leases/postgres.js';
import { silentLogger } from '../../../src/platform/observability/logger.js';
import { SCHEDULE_LOOK_MS, startSchedule, type DueJob, type Schedule } from '../../../src/workers/kit/schedule.js';
import { manualClock, type ManualClock } from '../../kit/clock.js';
import { testDatabase, type TestDatabase } from '../../kit/postgres.js';

const [one, two] = ['01990000-0000-7000-8000-000000000001', '01990000-0000-7000-8000-000000000002'] as const;
let database: TestDatabase;
let clock: ManualClock;
const schedules: Schedule[] = [];

beforeEach(async () => {
  database = await testDatabase();
  clock = manualClock();
});
afterEach(async () => {
  await Promise.all(schedules.splice(0).map((schedule) => schedule.stop()));
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

function start(job: DueJob, holder: string = one): Schedule {
  const leases = postgresLeases(database.pool, clock, holder);
  const schedule = startSchedule(job, { alarm: clock, leases, logger: silentLogger });
  schedules.push(schedule);
  return schedule;
}

/** Moves the clock on, whenever so many schedules wait for it, until the condition holds. */
async function moveUntil(holds: () => boolean, step: number, waiting = 1): Promise<void> {
  for (;;) {
    await clock.asleep(waiting);
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
    const schedule = start(world.job('one'));
    await clock.asleep();
    world.due.add(clock.now());
    schedule.wake();
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

  it('runs on one node, and on another when that stops with or without a word', async () => {
    const world = things();
    const first = start(world.job('one'), one);
    await world.until(() => world.looks() === 1);
    const second = start(world.job('two'), two);
    world.due.add(clock.now());
    first.wake();
    second.wake();
    await world.until(() => world.done.length === 1);
    expect(world.done[0]?.node).toBe('one');
    await first.stop();
    world.due.add(clock.now());
    await moveUntil(() => world.done.length === 2, 500);
    expect(world.done[1]?.node).toBe('two');
    await second.stop();
    // One that was killed: its lease runs out.
    expect(await postgresLeases(database.pool, clock, two).take('things', 15_000)).toBe(true);
    world.due.add(clock.now());
    const killedAt = clock.now();
    start(world.job('three'), one);
    await moveUntil(() => world.done.length === 3, 500);
    expect(clock.now() - killedAt).toBeGreaterThanOrEqual(15_000);
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
