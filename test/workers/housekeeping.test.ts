import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { housekeepingJob } from '../../src/workers/housekeeping.js';
import { schedule, type DueJob } from '../../src/workers/kit/schedule.js';
import { silentLogger } from '../../src/platform/observability/logger.js';
import { manualClock, type ManualClock } from '../kit/clock.js';
import { testDatabase, type TestDatabase } from '../kit/postgres.js';

const DAY = 86_400_000;
const MINUTE = 60_000;
const SLOT = 5 * MINUTE;

let database: TestDatabase;
let clock: ManualClock;
let job: DueJob;
beforeEach(async () => {
  database = await testDatabase();
  // At the beginning of a slot.
  clock = manualClock(Math.ceil(1_790_000_000_000 / SLOT) * SLOT);
  job = housekeepingJob(database);
});
afterEach(() => database.close());

const ago = (ms: number): Date => new Date(clock.now() - ms);
const otp = (phone: string, expired: number) =>
  database.pool.query('INSERT INTO otps (phone_hmac, code_hmac, sent_at, expires_at) VALUES ($1, $1, $2, $2)', [
    phone,
    ago(expired),
  ]);
const session = (name: string, rotated: number, ended: number | null = null) =>
  database.pool.query(
    `INSERT INTO sessions (family, device_id, account_id, current, rotated_at, created_at, ended_at, ended_for)
     VALUES (convert_to($1, 'UTF8'), gen_random_uuid(), gen_random_uuid(), '{}', $2, $2, $3, 'revoked')`,
    [name, ago(rotated), ended === null ? null : ago(ended)],
  );
const key = (kid: string, retired: number | null) =>
  database.pool.query(
    `INSERT INTO signing_keys (kid, public_key, wrapped, created_at, retires_at) VALUES ($1, '', '', $2, $3)`,
    [kid, ago(100 * DAY), retired === null ? null : ago(retired)],
  );
const message = (to: string, age: number) =>
  database.pool.query(`INSERT INTO outbox (recipient, body, at) VALUES ($1, 'hi', $2)`, [to, ago(age)]);

const left = async (): Promise<readonly string[]> =>
  (
    await database.pool.query<{ name: string }>(
      `SELECT phone_hmac AS name FROM otps UNION ALL SELECT convert_from(family, 'UTF8') FROM sessions
       UNION ALL SELECT kid FROM signing_keys UNION ALL SELECT recipient FROM outbox ORDER BY 1`,
    )
  ).rows.map(({ name }) => name);

describe('housekeeping', () => {
  it('deletes what nobody needs any more, and nothing else', async () => {
    await Promise.all([
      otp('otp expired', 1),
      otp('otp good', -MINUTE),
      session('session ended long ago', 31 * DAY, 31 * DAY),
      session('session ended', 300 * DAY, 29 * DAY),
      session('session idle for ever', 211 * DAY),
      session('session idle', 209 * DAY),
      key('key retired long ago', 2 * DAY),
      key('key retired', DAY / 2),
      key('key that signs', null),
      message('outbox old', 2 * DAY),
      message('outbox new', DAY / 2),
    ]);
    expect(await job.nextDue()).toBeLessThanOrEqual(clock.now());
    expect(await job.runDue(clock.now())).toBe(5);
    expect(await left()).toEqual([
      'key retired',
      'key that signs',
      'otp good',
      'outbox new',
      'session ended',
      'session idle',
    ]);
    expect(await job.nextDue()).toBe(clock.now() + SLOT);
    expect(await job.runDue(clock.now())).toBe(0);
  });

  it('has nothing to do where there is nothing', async () => {
    expect(await job.nextDue()).toBeUndefined();
    expect(await job.runDue(clock.now())).toBe(0);
    await key('key that signs', null);
    expect(await job.nextDue()).toBeUndefined();
  });

  it('goes on in bounded rounds until all is done, and sleeps until the next slot', async () => {
    await database.pool.query(
      `INSERT INTO otps (phone_hmac, code_hmac, sent_at, expires_at) SELECT n::text, '', $1, $1 FROM generate_series(1, 1200) n`,
      [ago(1)],
    );
    await otp('later', -MINUTE);
    expect(await job.runDue(clock.now())).toBe(500);
    const stop = new AbortController();
    const leases = { take: () => Promise.resolve(true), release: () => Promise.resolve() };
    const running = schedule(job, { alarm: clock, leases, logger: silentLogger }).run(stop.signal);
    await clock.asleep();
    expect(await left()).toEqual(['later']);
    clock.advance(SLOT);
    await clock.asleep();
    expect(await left()).toEqual([]);
    stop.abort();
    await running;
  });

  it('leaves what somebody holds for the next time', async () => {
    await session('held', 40 * DAY, 40 * DAY);
    await database.transaction(async (tx) => {
      await tx.query('SELECT FROM sessions FOR UPDATE');
      expect(await job.runDue(clock.now())).toBe(0);
    });
    expect(await job.runDue(clock.now())).toBe(1);
  });
});
