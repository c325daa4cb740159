import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { EventStoreError, type Position } from '../../../src/platform/eventStore/port.js';
import { silentLogger } from '../../../src/platform/observability/logger.js';
import { systemClock } from '../../../src/platform/clock/system.js';
import { postgresLeases } from '../../../src/platform/leases/postgres.js';
import { RetryLater, type Follower } from '../../../src/workers/kit/follower.js';
import { runFollowers, type FollowersDeps } from '../../../src/workers/kit/followers.js';
import { parkedEvents } from '../../../src/workers/kit/retries.js';
import { testLog, uuid, type TestLog } from '../../projections/fixture.js';

const TIMES = { backoffMs: 1, maxBackoffMs: 2, pollMs: 2, idleMs: 5, checkpointMs: 0, leaseMs: 300 };
const running: AbortController[] = [];
let done: Promise<void>[] = [];
let log: TestLog;
let nodes = 0;

beforeEach(async () => {
  log = await testLog();
  await log.start('c', ['ann', 'bob']);
});
afterEach(async () => {
  for (const each of running.splice(0)) each.abort();
  await Promise.all(done.splice(0));
  done = [];
  await log.close();
});

/** Takes texts, and does with each what `handle` says. */
function follower(
  handle: (text: string, failures: number) => Promise<void> | void,
  id = 'test',
): Follower & { readonly handled: string[] } {
  const handled: string[] = [];
  return {
    id,
    handled,
    wants: ({ type }) => type === 'MessageSent',
    async handle(event, _signal, failures) {
      const text = event.opened['content.text'] ?? '';
      await handle(text, failures);
      handled.push(text);
    },
  };
}

function run(followers: readonly Follower[], more: Partial<FollowersDeps> = {}): () => Promise<void> {
  const stop = new AbortController();
  const { database, eventStore, open } = log;
  const deps = {
    pool: database.pool,
    eventStore,
    open,
    logger: silentLogger,
    leases: postgresLeases(database.pool, systemClock, uuid(`node ${(nodes += 1)}`)),
    times: TIMES,
  };
  const ended = runFollowers({ ...deps, ...more }, followers, stop.signal);
  running.push(stop);
  done.push(ended);
  return () => (stop.abort(), ended);
}

/** Once the workers' checkpoints are there: what is sent from now on is theirs. */
const attached = (): Promise<void> =>
  vi.waitFor(async () => {
    expect((await log.database.pool.query('SELECT FROM worker_checkpoints')).rowCount).toBeGreaterThan(0);
  });
const reached = (position: Position): Promise<void> =>
  vi.waitFor(async () => {
    const { rows } = await log.database.pool.query<{ position: bigint }>('SELECT position FROM worker_checkpoints');
    expect(rows.length > 0 && rows.every((row) => row.position >= position)).toBe(true);
  }, 5_000);
const handledAll = (test: { readonly handled: string[] }, texts: readonly string[]): Promise<void> =>
  vi.waitFor(() => expect(test.handled).toEqual(texts), 5_000);

describe('followers of the log', () => {
  it('begin at the end of the log, and go on where they were', async () => {
    await log.send('c', 'ann', 'before');
    const first = follower(() => undefined);
    const stop = run([first]);
    await attached();
    await reached(await log.send('c', 'ann', 'one', 'two'));
    await stop();
    expect(first.handled).toEqual(['one', 'two']);
    await log.send('c', 'bob', 'three');
    const second = follower(() => undefined);
    run([second]);
    await handledAll(second, ['three']);
  });

  it('try again what failed, with what follows in its stream behind it and other streams ahead', async () => {
    await log.start('d', ['ann', 'bob']);
    let fails = 3;
    const test = follower((text) => {
      if (text === 'bad' && fails-- > 0) throw new Error('not yet');
    });
    const outcomes: string[] = [];
    run([test], { onOutcome: (_worker, outcome) => outcomes.push(outcome) });
    await attached();
    await log.send('c', 'ann', 'good', 'bad', 'after');
    await log.send('d', 'ann', 'elsewhere');
    await vi.waitFor(() => expect(test.handled).toHaveLength(4), 5_000);
    expect(test.handled.filter((text) => text !== 'elsewhere')).toEqual(['good', 'bad', 'after']);
    expect(outcomes.filter((outcome) => outcome === 'postponed')).toHaveLength(2);
    expect((await log.database.pool.query('SELECT FROM worker_retries')).rowCount).toBe(0);
  });

  it('are told how often an event failed, not how often somebody was busy', async () => {
    const told: [string, number][] = [];
    const ends: unknown[] = [new Error('one'), new RetryLater(), new Error('two')];
    const test = follower((text, failures) => {
      told.push([text, failures]);
      const end = ends.shift();
      if (end !== undefined) throw end as Error;
    });
    run([test]);
    await attached();
    await log.send('c', 'ann', 'first', 'behind it');
    await handledAll(test, ['first', 'behind it']);
    expect(told).toEqual([
      ['first', 0],
      ['first', 1],
      ['first', 1],
      ['first', 2],
      ['behind it', 0],
    ]);
  });

  it('under leases of their own do not wait for each other', async () => {
    let go: () => void = () => undefined;
    const stuck = new Promise<void>((resolve) => (go = resolve));
    const slow = follower(() => stuck, 'slow');
    const quick = follower(() => undefined, 'quick');
    run([slow], { lease: 'slow' });
    run([quick]);
    await vi.waitFor(async () => {
      expect((await log.database.pool.query('SELECT FROM worker_checkpoints')).rowCount).toBe(2);
    });
    await log.send('c', 'ann', 'a', 'b');
    await handledAll(quick, ['a', 'b']);
    expect(slow.handled).toEqual([]);
    go();
    await handledAll(slow, ['a', 'b']);
  });

  it('park what fails for good, in sight, and go on; put back, it is tried again', async () => {
    let poison = true;
    const test = follower((text) => {
      if (text === 'poison' && poison) throw new TypeError('never');
    });
    run([test]);
    await attached();
    await log.send('c', 'ann', 'poison', 'after');
    await handledAll(test, ['after']);
    expect(await parkedEvents(log.database.pool)).toBe(1);
    const { rows } = await log.database.pool.query('SELECT worker, type, attempts, error FROM worker_retries');
    expect(rows).toEqual([{ worker: 'test', type: 'MessageSent', attempts: 10, error: 'TypeError' }]);
    poison = false;
    await log.database.pool.query('UPDATE worker_retries SET parked = false, attempts = 0');
    await handledAll(test, ['after', 'poison']);
  });

  it('wait without end for what is only busy', async () => {
    let busy = 30;
    const test = follower(() => {
      if (busy-- > 0) throw new RetryLater();
    });
    run([test]);
    await attached();
    await log.send('c', 'ann', 'patience');
    await handledAll(test, ['patience']);
    expect(await parkedEvents(log.database.pool)).toBe(0);
  });

  it('lose nothing, and count nothing, while an engine is away', async () => {
    let away = 2;
    const test = follower(() => {
      if (away-- > 0) throw new EventStoreError('unavailable', 'away');
    });
    run([test]);
    await attached();
    await log.send('c', 'ann', 'later');
    await handledAll(test, ['later']);
    expect((await log.database.pool.query('SELECT FROM worker_retries')).rowCount).toBe(0);
  });

  it('work in one node of several, and in another once that one is gone', async () => {
    const [one, two] = [follower(() => undefined), follower(() => undefined)];
    const stopOne = run([one]);
    await attached();
    run([two]);
    await reached(await log.send('c', 'ann', 'a', 'b'));
    expect([one.handled, two.handled]).toEqual([['a', 'b'], []]);
    await stopOne();
    await log.send('c', 'ann', 'c');
    await handledAll(two, ['c']);
  });

  it('each have a checkpoint of their own', async () => {
    const stop = run([follower(() => undefined, 'old')]);
    await attached();
    await reached(await log.send('c', 'ann', 'a'));
    await stop();
    await log.send('c', 'ann', 'b');
    const [old, fresh] = [follower(() => undefined, 'old'), follower(() => undefined, 'fresh')];
    run([old, fresh]);
    await handledAll(old, ['b']);
    await reached(await log.send('c', 'ann', 'c'));
    expect([old.handled, fresh.handled]).toEqual([['b', 'c'], ['c']]);
  });
});
