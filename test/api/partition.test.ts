import { afterAll, beforeAll, expect, it } from 'vitest';
import { BOUNDS } from '../../src/platform/readStore/bounds.js';
import { sendText, startConversation } from '../kit/documents.js';
import { testDatabase, type TestDatabase } from '../kit/postgres.js';
import { silentProxy, type SilentProxy } from '../kit/silentProxy.js';
import { actors, testApp, type Actor, type TestApp } from '../kit/testApp.js';

let database: TestDatabase;
let proxy: SilentProxy;
let behind: TestApp;
let direct: TestApp;
beforeAll(async () => {
  database = await testDatabase();
  proxy = await silentProxy(database.url);
  const MASTER_KEY = 'ab'.repeat(32);
  const short = { connectMs: 500, statementMs: 700, silenceMs: 800 };
  behind = await testApp({ DATABASE_URL: proxy.connectionString, MASTER_KEY }, undefined, {
    bounds: { ...BOUNDS, answer: { ...BOUNDS.answer, ...short }, projecting: { ...BOUNDS.projecting, ...short } },
  });
  direct = await testApp({ DATABASE_URL: database.url, MASTER_KEY });
});
afterAll(async () => {
  await behind.close();
  await direct.close();
  await proxy.close();
  await database.close();
});

it('a node that is cut off from Postgres says so, and has everything once it is back', async () => {
  const [alice, bob] = (await actors(behind, 2)) as [Actor, Actor];
  const conversation = await startConversation(alice.client, bob.accountId);
  await bob.connect(direct.url);
  await alice.follow();
  await sendText(bob.client, conversation, 'before', 'before');
  await alice.sees((update) => update.__typename === 'MessageAdded' && update.message.clientId === 'before');

  proxy.partition();
  await expect(alice.client.run('{ me { phone } }')).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  await sendText(bob.client, conversation, 'during', 'during');
  await expect(alice.client.run('{ me { phone } }')).rejects.toMatchObject({ code: 'UNAVAILABLE' });

  proxy.heal();
  await alice.sees((update) => update.__typename === 'MessageAdded' && update.message.clientId === 'during');
  const { seq } = await sendText(alice.client, conversation, 'after', 'after');
  expect(seq).toBe(3);
  await expect
    .poll(() => alice.client.run<{ me: { deviceId: string } }>('{ me { deviceId } }').catch(() => undefined))
    .toEqual({ me: { deviceId: alice.deviceId } });
});
