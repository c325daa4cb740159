import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { registerMany, seedPhone } from '../../../src/domain/accounts/index.js';
import { encodeId } from '../../../src/api/kit/nodeIds.js';
import { actors, testApp, type TestApp } from '../../kit/testApp.js';
import { block, contactsOf, phoneOf, sync } from './kit.js';

let server: TestApp;
beforeAll(async () => {
  server = await testApp();
});
afterAll(() => server.close());

const contactEvents = async (account: string): Promise<number> => {
  const hex = account.slice(4);
  const uuid = hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  let count = 0;
  for await (const event of server.app.eventStore.readStream(`contacts-${uuid}`)) count += event.type === '' ? 0 : 1;
  return count;
};

describe('syncContacts', () => {
  it('keeps names per account, finds who is registered, and refuses entries one by one', async () => {
    const [ada, bob] = await actors(server, 2);
    const phone = await phoneOf(bob!);
    const done = await sync(ada!, [
      [phone, ' Bob from work '],
      [seedPhone(9_000_001), 'Nobody'],
      ['112', 'Emergency'],
      [seedPhone(9_000_002), '  '],
      ['030 901820', 'Town hall'],
    ]);
    expect(done).toMatchObject({ __typename: 'ContactsSynced', saved: 2, removed: 0 });
    expect(done.contacts).toEqual([
      {
        id: expect.stringMatching(/^con_/) as string,
        phone,
        name: 'Bob from work',
        mutual: false,
        account: { id: bob!.accountId, name: expect.any(String) as string },
      },
      {
        id: expect.stringMatching(/^con_/) as string,
        phone: seedPhone(9_000_001),
        name: 'Nobody',
        mutual: false,
        account: null,
      },
    ]);
    expect(done.refused).toMatchObject([
      { index: 2, field: 'phone' },
      { index: 3, field: 'name', reason: 'empty' },
      { index: 4, field: 'phone' },
    ]);
    expect(await contactsOf(ada!, done.readToken)).toEqual(done.contacts);
    expect(await contactsOf(bob!)).toEqual([]);
  });

  it('writes nothing for what is as it was; a number has one entry however it is written', async () => {
    const [ada] = await actors(server, 1);
    const entries = [
      [seedPhone(9_100_001), 'One'],
      [seedPhone(9_100_002), 'Two'],
    ] as const;
    await sync(ada!, entries);
    expect(await contactEvents(ada!.accountId)).toBe(2);
    const again = await sync(ada!, [...entries, [`0${seedPhone(9_100_001).slice(3)}`, 'One']], { country: 'de' });
    expect(again).toMatchObject({ saved: 0, removed: 0, refused: [] });
    expect(again.contacts).toHaveLength(2);
    expect(await contactEvents(ada!.accountId)).toBe(2);
    expect(await sync(ada!, [[seedPhone(9_100_001), 'Uno']])).toMatchObject({ saved: 1 });
    expect((await contactsOf(ada!)).map(({ name }) => name)).toEqual(['Two', 'Uno']);
  });

  it('takes parts, removals and whole books', async () => {
    const [ada] = await actors(server, 1);
    const number = (n: number): string => seedPhone(9_200_000 + n);
    await sync(
      ada!,
      [1, 2, 3].map((n) => [number(n), `Name ${n}`] as const),
    );
    await sync(ada!, [[number(4), 'Name 4']], { removed: [number(1), number(99), 'nonsense'] });
    expect((await contactsOf(ada!)).map(({ name }) => name)).toEqual(['Name 2', 'Name 3', 'Name 4']);
    const whole = await sync(
      ada!,
      [
        [number(3), 'Name 3'],
        [number(5), 'Name 5'],
      ],
      { full: true },
    );
    expect(whole).toMatchObject({ saved: 1, removed: 2 });
    expect((await contactsOf(ada!, whole.readToken)).map(({ name }) => name)).toEqual(['Name 3', 'Name 5']);
  });

  it('takes 1,000 a call, in batches that the log takes, and no more', async () => {
    const [ada] = await actors(server, 1);
    const entries = Array.from(
      { length: 1000 },
      (_, n) => [seedPhone(9_300_000 + n), `N${n} ${'é'.repeat(120)}`] as const,
    );
    expect(await sync(ada!, entries)).toMatchObject({ saved: 1000, refused: [] });
    expect(await sync(ada!, entries)).toMatchObject({ saved: 0 });
    expect(await sync(ada!, entries, { removed: ['1'] })).toMatchObject({ code: 'TOO_MANY', limit: 1000 });
  });

  it('takes 5,000 new numbers a day; what the book has is free', async () => {
    const [ada] = await actors(server, 1);
    const part = (n: number) =>
      Array.from({ length: 1000 }, (_, i) => [seedPhone(8_000_000 + n * 1000 + i), 'x'] as const);
    for (let n = 0; n < 5; n += 1) expect(await sync(ada!, part(n))).toMatchObject({ saved: 1000 });
    expect(await sync(ada!, [[seedPhone(8_900_000), 'One too many']])).toMatchObject({ code: 'RATE_LIMITED' });
    expect(await sync(ada!, part(2))).toMatchObject({ saved: 0, removed: 0 });
    expect(await contactEvents(ada!.accountId)).toBe(5000);
  });

  it('two devices at once end in one book', async () => {
    const [ada] = await actors(server, 1);
    const number = (n: number): string => seedPhone(9_400_000 + n);
    const all = await Promise.all(
      Array.from({ length: 6 }, (_, n) =>
        sync(ada!, [
          [number(n), `N${n}`],
          [number(100), 'Same'],
        ]),
      ),
    );
    expect(all.every(({ __typename }) => __typename === 'ContactsSynced')).toBe(true);
    expect(await contactEvents(ada!.accountId)).toBe(7);
  });

  it('finds a contact who registers later', async () => {
    const [ada] = await actors(server, 1);
    const phone = seedPhone(9_500_000);
    expect((await sync(ada!, [[phone, 'Later']])).contacts[0]?.account).toBeNull();
    const [later] = await registerMany(server.app.seedDeps, [{ phone, name: 'Registered' }]);
    await server.app.projector.waitFor(later!.position!, 5_000);
    expect((await contactsOf(ada!))[0]).toMatchObject({
      name: 'Later',
      account: { id: encodeId('account', later!.accountId), name: 'Registered' },
    });
  });

  it('is mutual when both have the other, until one blocks', async () => {
    const [ada, bob] = await actors(server, 2);
    await sync(ada!, [[await phoneOf(bob!), 'Bob']]);
    const { readToken } = await sync(bob!, [[await phoneOf(ada!), 'Ada']]);
    expect((await contactsOf(ada!, readToken))[0]).toMatchObject({ mutual: true });
    const blocked = await block(bob!, ada!.accountId);
    expect((await contactsOf(ada!, blocked.readToken))[0]).toMatchObject({
      mutual: false,
      account: { id: bob!.accountId },
    });
  });
});

describe('blocks', () => {
  it('are kept, listed and lifted', async () => {
    const [ada, bob, eve] = await actors(server, 3);
    const listed = async (atLeast: string): Promise<readonly string[]> => {
      const { blockedAccounts } = await ada!.client.run<{
        blockedAccounts: { edges: readonly { node: { id: string } }[] };
      }>('query ($t: ReadToken) { blockedAccounts(atLeast: $t) { edges { node { id } } } }', { t: atLeast });
      return blockedAccounts.edges.map(({ node }) => node.id);
    };
    expect(await block(ada!, bob!.accountId)).toMatchObject({ blocked: true, changed: true });
    const second = await block(ada!, eve!.accountId);
    expect(await listed(second.readToken)).toEqual([eve!.accountId, bob!.accountId]);
    expect(await block(ada!, bob!.accountId)).toMatchObject({ blocked: true, changed: false });
    const lifted = await block(ada!, bob!.accountId, 'unblockAccount');
    expect(lifted).toMatchObject({ blocked: false, changed: true });
    expect(await listed(lifted.readToken)).toEqual([eve!.accountId]);
    expect(await block(ada!, bob!.accountId, 'unblockAccount')).toMatchObject({ blocked: false, changed: false });
  });

  it('need another account that is there', async () => {
    const [ada] = await actors(server, 1);
    expect(await block(ada!, ada!.accountId)).toMatchObject({ code: 'NO_SUCH_ACCOUNT' });
    expect(await block(ada!, `acc_${'0'.repeat(32)}`)).toMatchObject({ code: 'NO_SUCH_ACCOUNT' });
  });
});
