import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connect, type WireClient } from '../../kit/client.js';
import { actors, testApp, type Actor, type TestApp } from '../../kit/testApp.js';
import { phoneOf } from '../contacts/kit.js';
import { MASTER_KEY, operator } from './kit.js';

let server: TestApp;
let other: TestApp;
beforeAll(async () => {
  server = await testApp({ MASTER_KEY });
  other = await server.another();
});
afterAll(async () => {
  await other.app.stop();
  await server.close();
});

const asksForCases = (client: WireClient): Promise<unknown> => client.run('{ cases { edges { cursor } } }');
const isAdministrator = async (client: WireClient): Promise<boolean> =>
  (await client.run<{ me: { administrator: boolean } }>('{ me { administrator } }')).me.administrator;

describe('npm run administrators', () => {
  it('holds from its end on, on every node and for sessions that began before', async () => {
    const [ada, bob] = (await actors(server, 2)) as [Actor, Actor];
    const elsewhere = await connect(other.url, { token: ada.token });
    const phone = await phoneOf(ada);
    await expect(asksForCases(ada.client)).rejects.toMatchObject({ code: 'FORBIDDEN' });

    expect(await operator(server, 'grant', phone)).toEqual([`${ada.accountId} is now an administrator`]);
    expect(await operator(server, 'grant', phone)).toEqual([`${ada.accountId} is an administrator already`]);
    expect(await operator(server, 'list')).toEqual([
      expect.stringMatching(new RegExp(`^${ada.accountId} \\${phone} since \\d{4}-`)),
    ]);
    for (const client of [ada.client, elsewhere]) {
      expect(await asksForCases(client)).toEqual({ cases: { edges: [] } });
      expect(await isAdministrator(client)).toBe(true);
    }
    expect(await isAdministrator(bob.client)).toBe(false);

    expect(await operator(server, 'revoke', phone)).toEqual([`${ada.accountId} is now no administrator`]);
    for (const client of [ada.client, elsewhere]) {
      await expect(asksForCases(client)).rejects.toMatchObject({ code: 'FORBIDDEN' });
      expect(await isAdministrator(client)).toBe(false);
    }
    expect(await operator(server, 'list')).toEqual(['']);
    elsewhere.close();
  });

  it.each([
    [['grant', '+4915510999999'], 'No account of this server has the number +4915510999999.'],
    [['grant', 'Ada'], 'Ada is no mobile number in the form +491701234567.'],
    [['grant'], 'usage: npm run administrators -- grant PHONE | revoke PHONE | list'],
    [['list', 'all'], 'usage: npm run administrators -- grant PHONE | revoke PHONE | list'],
    [['promote', '+4915510999999'], 'usage: npm run administrators -- grant PHONE | revoke PHONE | list'],
  ])('%j is refused in a sentence', async (args, sentence) => {
    await expect(operator(server, ...args)).rejects.toMatchObject({ name: 'StartError', message: sentence });
  });
});
