import { afterEach, beforeEach, expect, it } from 'vitest';
import { verify } from '../../../src/main/projections/verify.js';
import { PROJECTIONS } from '../../../src/projections/index.js';
import { lastSeenOfAccounts } from '../../../src/projections/presence/presence.queries.js';
import { testLog, uuid, type TestLog } from '../fixture.js';

let log: TestLog;
let count = 0;
beforeEach(async () => {
  log = await testLog();
});
afterEach(() => log.close());

const [ada, bob, eve] = ['ada', 'bob', 'eve'].map(uuid) as [string, string, string];

async function wentOffline(account: string, ...times: readonly number[]): Promise<void> {
  for (const lastSeenAt of times)
    await log.append(`presence-${account}`, {
      id: uuid(`offline ${(count += 1)}`),
      type: 'WentOffline',
      data: { lastSeenAt },
      metadata: { occurredAt: lastSeenAt + 60_000, actor: { account } },
    });
}

async function project(): Promise<void> {
  const projector = log.projector();
  await projector.prepare();
  await projector.catchUp();
}

const differences = async (): Promise<unknown> =>
  (
    await verify({ readStore: log.database, eventStore: log.eventStore, open: log.open, projections: PROJECTIONS })
  ).find(({ projection }) => projection === 'presence');

it('the latest last seen counts, once, twice, rebuilt and folded, also of what truncation has left', async () => {
  await wentOffline(ada, 1_000, 2_000);
  await wentOffline(bob, 5_000);
  await project();
  await wentOffline(ada, 4_000, 3_000);
  await project();
  const read = () => lastSeenOfAccounts(log.database.pool, [ada, bob, eve]);
  const expected = new Map([
    [ada, 4_000],
    [bob, 5_000],
  ]);
  expect(await read()).toEqual(expected);
  expect(await differences()).toMatchObject({ rows: 2, rebuilt: 0, twice: 0, fold: 0 });
  await log.eventStore.truncateBefore(`presence-${ada}`, 2);
  expect(await read()).toEqual(expected);
  expect(await differences()).toMatchObject({ rows: 2, rebuilt: 0, twice: 0, fold: 0 });
});
