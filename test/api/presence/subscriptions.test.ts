import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { WireError } from '../../kit/client.js';
import { sendText, startConversation } from '../../kit/documents.js';
import { connectTest, ownDatabase, redisUrl } from '../../kit/redis.js';
import { block } from '../contacts/kit.js';
import { actors, testApp, type Actor, type TestApp } from '../../kit/testApp.js';

interface Presence {
  readonly accountId: string;
  readonly online: boolean | null;
  readonly lastSeenAt: string | null;
}
interface Notice {
  readonly accountId: string;
  readonly kind: string;
  readonly expiresAt: string | null;
}

const PRESENCE = 'subscription ($accounts: [ID!]!) { presence(accounts: $accounts) { accountId online lastSeenAt } }';
const TYPING = 'subscription ($id: ID!) { typing(conversationId: $id) { accountId kind expiresAt } }';
const SET_TYPING =
  'mutation ($id: ID!, $kind: TypingKind!) { setTyping(conversationId: $id, kind: $kind) { __typename } }';

/** What a subscription says; `until` resolves with it once it is such. */
interface Heard<T> {
  readonly all: T[];
  until(holds: (all: readonly T[]) => boolean): Promise<readonly T[]>;
  readonly end: Promise<WireError | undefined>;
}

function subscribe<T>(actor: Actor, document: string, variables: object, field: string): Heard<T> {
  const all: T[] = [];
  let look: () => void = () => undefined;
  let finish: (error: WireError | undefined) => void = () => undefined;
  const end = new Promise<WireError | undefined>((resolve) => (finish = resolve));
  actor.client.subscribe<Record<string, T>>(
    document,
    variables,
    (data) => {
      all.push(data[field] as T);
      look();
    },
    finish,
  );
  return {
    all,
    end,
    until: (holds) =>
      new Promise((resolve) => {
        look = () => {
          if (holds(all)) resolve(all);
        };
        look();
      }),
  };
}

const presenceOf = (actor: Actor, ...accounts: readonly Actor[]): Heard<readonly Presence[]> =>
  subscribe(actor, PRESENCE, { accounts: accounts.map(({ accountId }) => accountId) }, 'presence');
const typingOf = (actor: Actor, id: string): Heard<Notice> => subscribe(actor, TYPING, { id }, 'typing');
const setTyping = async (actor: Actor, id: string, kind: string): Promise<string> =>
  (await actor.client.run<{ setTyping: { __typename: string } }>(SET_TYPING, { id, kind })).setTyping.__typename;

/** A subscription has no first payload here: the client repeats itself, as clients do. */
async function typesUntilHeard(actor: Actor, id: string, kind: string, heard: Heard<Notice>): Promise<void> {
  while (heard.all.length === 0) expect(await setTyping(actor, id, kind)).toBe('TypingSet');
}

async function seesOnline(viewer: Actor, of: Actor): Promise<boolean | null> {
  const { account } = await viewer.client.run<{ account: { presence: Presence } | null }>(
    'query ($id: ID!) { account(id: $id) { presence { accountId online lastSeenAt } } }',
    { id: of.accountId },
  );
  return account?.presence.online ?? null;
}

let server: TestApp;
beforeAll(async () => {
  server = await testApp(redisUrl === undefined ? {} : { REDIS_URL: ownDatabase(13) });
});
afterAll(() => server.close());

describe('presence', () => {
  it('is told over a socket: everybody first, then who comes', async () => {
    const [alice, bob, carol] = (await actors(server, 3)) as [Actor, Actor, Actor];
    const heard = presenceOf(alice, bob, carol);
    const [first] = await heard.until((all) => all.length === 1);
    expect(first).toEqual([
      { accountId: bob.accountId, online: true, lastSeenAt: null },
      { accountId: carol.accountId, online: true, lastSeenAt: null },
    ]);
    expect(await seesOnline(alice, bob)).toBe(true);
  });

  it('is last seen when the only node stopped in order, and comes back with the device', async () => {
    const alone = await testApp();
    const [alice, bob] = (await actors(alone, 2)) as [Actor, Actor];
    const restarted = await alone.restart();
    await alice.connect(restarted.url);
    const heard = presenceOf(alice, bob);
    await heard.until((all) => all.length === 1);
    expect(heard.all[0]).toMatchObject([{ online: false, lastSeenAt: expect.any(String) as string }]);
    await bob.connect(restarted.url);
    await heard.until((all) => all.length === 2);
    expect(heard.all[1]).toMatchObject([{ online: true, lastSeenAt: null }]);
    await restarted.close();
  });

  it('of none, of too many and of what is no account is refused', async () => {
    const [alice] = (await actors(server, 1)) as [Actor];
    for (const accounts of [[], Array.from({ length: 251 }, () => alice.accountId), ['cnv_1']])
      expect(await subscribe(alice, PRESENCE, { accounts }, 'presence').end).toMatchObject({ code: 'BAD_USER_INPUT' });
  });
});

describe('typing', () => {
  it('is told to the other, and ends with the message', async () => {
    const [alice, bob] = (await actors(server, 2)) as [Actor, Actor];
    const id = await startConversation(alice.client, bob.accountId);
    const own = typingOf(alice, id);
    const heard = typingOf(bob, id);
    await typesUntilHeard(alice, id, 'RECORDING', heard);
    expect(heard.all[0]).toMatchObject({ accountId: alice.accountId, kind: 'RECORDING' });
    await sendText(alice.client, id, 'c1', 'hello');
    await heard.until((all) => all.length === 2);
    expect(heard.all[1]).toEqual({ accountId: alice.accountId, kind: 'NONE', expiresAt: null });
    expect(own.all).toEqual([]);
  });

  it('between two of whom one has blocked the other is silent, as presence is, at once and both ways', async () => {
    const [alice, bob] = (await actors(server, 2)) as [Actor, Actor];
    const id = await startConversation(alice.client, bob.accountId);
    const heard = [alice, bob].map((actor) => typingOf(actor, id));
    await typesUntilHeard(alice, id, 'TYPING', heard[1]!);
    await typesUntilHeard(bob, id, 'TYPING', heard[0]!);
    const seen = presenceOf(alice, bob);
    await seen.until((all) => all.length === 1);
    await block(bob, alice.accountId);
    await seen.until((all) => all.length === 2);
    expect(seen.all[1]).toEqual([{ accountId: bob.accountId, online: null, lastSeenAt: null }]);
    for (const actor of [alice, bob])
      for (const kind of ['RECORDING', 'TYPING', 'RECORDING', 'NONE'])
        expect(await setTyping(actor, id, kind)).toBe('TypingSet');
    for (const { until } of heard) await until((all) => all.at(-1)?.kind === 'NONE');
    expect(heard.map(({ all }) => all.map(({ kind }) => kind))).toEqual([
      ['TYPING', 'NONE'],
      ['TYPING', 'NONE'],
    ]);
  });

  it('is not for strangers', async () => {
    const [alice, bob, eve] = (await actors(server, 3)) as [Actor, Actor, Actor];
    const id = await startConversation(alice.client, bob.accountId);
    expect(await setTyping(eve, id, 'TYPING')).toBe('NotAMember');
    expect(await typingOf(eve, id).end).toMatchObject({ code: 'FORBIDDEN' });
  });
});

describe.skipIf(redisUrl === undefined)('two nodes on one Redis', () => {
  it('show each other who is there and who types, also after it lost everything', async () => {
    const other = await server.another();
    const [alice, bob] = (await actors(server, 2)) as [Actor, Actor];
    const [carol] = (await actors(other, 1)) as [Actor];
    const heard = presenceOf(carol, alice);
    await heard.until((all) => all.length === 1);
    expect(heard.all[0]).toMatchObject([{ online: true }]);
    const id = await startConversation(alice.client, carol.accountId);
    const typing = typingOf(carol, id);
    await typesUntilHeard(alice, id, 'TYPING', typing);
    expect(typing.all[0]).toMatchObject({ accountId: alice.accountId, kind: 'TYPING' });

    const redis = await connectTest(ownDatabase(13));
    await redis.run((commands) => commands.flushdb());
    await redis.close();
    // Whoever looks finds that its node's entries are gone, and puts them back.
    await vi.waitFor(
      async () => {
        expect(await seesOnline(bob, carol)).toBe(true);
        expect(await seesOnline(carol, alice)).toBe(true);
      },
      { timeout: 15_000, interval: 50 },
    );
    expect(heard.all.flat().map(({ online }) => online)).toEqual([true]);
    await other.app.stop();
  });
});
