import { afterEach, beforeEach, expect, it } from 'vitest';
import { verify } from '../../../src/main/projections/verify.js';
import { allAdministrators, isAdministrator } from '../../../src/projections/administrators/administrators.queries.js';
import { PROJECTIONS } from '../../../src/projections/index.js';
import { testLog, uuid, type TestLog } from '../fixture.js';

let log: TestLog;
beforeEach(async () => {
  log = await testLog();
});
afterEach(() => log.close());

it('are who was granted it last, is not erased, and the same however it is projected', async () => {
  let facts = 0;
  const set = (account: string, type: 'AdministratorGranted' | 'AdministratorRevoked') =>
    log.append(`account-${uuid(account)}`, {
      id: uuid(`fact ${(facts += 1)}`),
      type,
      data: {},
      metadata: { occurredAt: 1_790_000_000_000 + facts },
    });
  for (const account of ['ann', 'bob', 'cat', 'dan']) await log.register(account);
  await set('bob', 'AdministratorGranted');
  await set('ann', 'AdministratorGranted');
  await set('bob', 'AdministratorRevoked');
  await set('cat', 'AdministratorGranted');
  await log.erase('cat');
  await log.erase('dan');
  await set('bob', 'AdministratorGranted');
  const projector = log.projector();
  await projector.prepare();
  await projector.catchUp();
  const deps = { readStore: log.database, eventStore: log.eventStore, open: log.open, projections: PROJECTIONS };
  expect((await verify(deps)).flatMap(({ examples }) => examples)).toEqual([]);
  const { pool } = log.database;
  expect((await allAdministrators(pool)).map(({ accountId }) => accountId)).toEqual([uuid('ann'), uuid('bob')]);
  expect(await Promise.all(['ann', 'bob', 'cat', 'dan'].map((name) => isAdministrator(pool, uuid(name))))).toEqual([
    true,
    true,
    false,
    false,
  ]);
});
