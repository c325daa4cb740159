import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { accountsProjection } from '../../../src/projections/accounts/accounts.js';
import * as queries from '../../../src/projections/accounts/accounts.queries.js';
import type { OpenedEvent } from '../../../src/projections/kit/projection.js';
import type { Position } from '../../../src/platform/eventStore/port.js';
import { inTransaction } from '../../../src/platform/readStore/pool.js';
import { testDatabase } from '../../kit/postgres.js';

const ada = '00000000-0000-7000-8000-00000000000a';
const bob = '00000000-0000-7000-8000-00000000000b';
const phoneOfAda = '00000000-0000-7000-8000-0000000000a1';
const tabletOfAda = '00000000-0000-7000-8000-0000000000a2';
const phoneOfBob = '00000000-0000-7000-8000-0000000000b1';

let database: Awaited<ReturnType<typeof testDatabase>>;
let position = 0n;

beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.close());
beforeEach(async () => {
  position = 0n;
  await rebuildEmpty();
});

async function rebuildEmpty(): Promise<void> {
  const ddl = readFileSync(accountsProjection.ddl, 'utf8');
  await inTransaction(database.pool, (tx) =>
    tx.query(`DROP SCHEMA IF EXISTS build CASCADE; CREATE SCHEMA build; SET LOCAL search_path = build; ${ddl}`),
  );
}

function event(account: string, type: string, data: object, opened: Record<string, string | null> = {}): OpenedEvent {
  position += 1n;
  const at = 1_790_000_000_000 + Number(position);
  return {
    id: `e${String(position)}`,
    stream: `account-${account}`,
    revision: Number(position),
    position: position as Position,
    recordedAt: at,
    type,
    data,
    metadata: { occurredAt: at },
    opened,
  };
}

/** The sealed values themselves do not matter to the projection. */
const sealed = { k: 'x|account', n: '', c: '' };
const history = (): readonly OpenedEvent[] => [
  event(
    ada,
    'AccountRegistered',
    { phone: sealed, phoneHmac: 'ha', country: 'DE', name: sealed },
    { phone: '+491', name: 'Ada' },
  ),
  event(ada, 'DeviceLinked', { deviceId: phoneOfAda, name: sealed, platform: 'ios' }, { name: 'Phone' }),
  event(bob, 'AccountRegistered', { phone: sealed, phoneHmac: 'hb', country: 'US' }, { phone: '+1' }),
  event(ada, 'ProfileChanged', { about: sealed, avatar: 'media/1' }, { about: 'hello' }),
  event(bob, 'DeviceLinked', { deviceId: phoneOfBob, name: sealed, platform: 'web' }, { name: 'Browser' }),
  event(ada, 'DeviceLinked', { deviceId: tabletOfAda, name: sealed, platform: 'ios' }, { name: 'Tablet' }),
  event(ada, 'ProfileChanged', { name: sealed }, { name: 'Ada L.' }),
  event(ada, 'DeviceRevoked', { deviceId: phoneOfAda, reason: 'revoked' }),
  event(bob, 'ProfileChanged', { name: sealed, about: null }, { name: 'Bob' }),
];
const erasure = (): OpenedEvent => event(ada, 'KeyDestroyed', { scope: 'account' });

const project = (batch: readonly OpenedEvent[]): Promise<void> =>
  inTransaction(database.pool, (tx) => accountsProjection.project(batch, tx, 'build'));

async function tables(): Promise<unknown> {
  const accounts = await database.pool.query<object>('SELECT * FROM build.accounts ORDER BY id');
  const devices = await database.pool.query<object>('SELECT * FROM build.devices ORDER BY id');
  return { accounts: accounts.rows, devices: devices.rows };
}

/** As the views of the live build are seen by queries. */
async function query<T>(ask: (db: Parameters<typeof queries.accountByPhone>[0]) => Promise<T>): Promise<T> {
  return inTransaction(database.pool, async (tx) => {
    await tx.query('SET LOCAL search_path = build');
    return ask(tx);
  });
}

describe('the projection of accounts', () => {
  it('shows profile and devices', async () => {
    await project(history());
    expect((await query((db) => queries.accountsById(db, [ada, bob]))).get(ada)).toMatchObject({
      phone: '+491',
      name: 'Ada L.',
      about: 'hello',
      avatar: 'media/1',
      country: 'DE',
    });
    expect(await query((db) => queries.accountByPhone(db, 'hb'))).toMatchObject({ id: bob, name: 'Bob', about: null });
    expect(await query((db) => queries.accountByPhone(db, 'nobody'))).toBeNull();
    const devices = (await query((db) => queries.devicesOfAccounts(db, [ada]))).get(ada);
    expect(devices?.map((device) => [device.name, device.revokedAt !== null])).toEqual([
      ['Phone', true],
      ['Tablet', false],
    ]);
    expect(await query((db) => queries.deviceStates(db, [phoneOfAda, phoneOfBob]))).toEqual(
      new Map([
        [phoneOfAda, { accountId: ada, revoked: true }],
        [phoneOfBob, { accountId: bob, revoked: false }],
      ]),
    );
  });

  it('is the same in one batch, one by one, and applied twice from any point', async () => {
    const events = [...history(), erasure()];
    await project(events);
    const once = await tables();
    await rebuildEmpty();
    for (const one of events) await project([one]);
    expect(await tables()).toEqual(once);
    for (let from = 0; from < events.length; from += 1) await project(events.slice(from));
    expect(await tables()).toEqual(once);
  });

  it('catches up after a batch that was applied in part', async () => {
    const events = history();
    await project(events);
    const once = await tables();
    await rebuildEmpty();
    await project(events.slice(0, 5));
    await project(events.slice(2));
    expect(await tables()).toEqual(once);
  });

  it('blanks what a destroyed key sealed, and a rebuild is equal to it', async () => {
    const events = history();
    await project(events);
    const destroyed = erasure();
    await project([destroyed]);
    const blanked = await tables();
    expect((await query((db) => queries.accountsById(db, [ada]))).get(ada)).toMatchObject({
      phone: null,
      name: null,
      about: null,
    });
    expect(await query((db) => queries.accountByPhone(db, 'ha'))).toBeNull();
    expect((await query((db) => queries.devicesOfAccounts(db, [ada]))).get(ada)?.map((device) => device.name)).toEqual([
      null,
      null,
    ]);
    await rebuildEmpty();
    const erasedNow = events.map((one) =>
      one.stream === `account-${ada}`
        ? { ...one, opened: Object.fromEntries(Object.keys(one.opened).map((field) => [field, null])) }
        : one,
    );
    await project([...erasedNow, destroyed]);
    expect(await tables()).toEqual(blanked);
  });
});
