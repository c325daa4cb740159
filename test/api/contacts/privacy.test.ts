import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { acknowledgeUpTo, sendText, startConversation } from '../../kit/documents.js';
import { actors, testApp, type Actor, type TestApp } from '../../kit/testApp.js';
import { block, phoneOf, sync } from './kit.js';

let server: TestApp;
beforeAll(async () => {
  server = await testApp();
});
afterAll(() => server.close());

const problem = '... on Problem { code message }';
const settings = `{ lastSeen { kind except } online { kind except } avatar { kind except } about { kind except } addToGroups { kind except }
  calls { kind except } readReceipts discoverable }`;

interface Updated {
  readonly __typename: string;
  readonly privacy: Record<string, unknown>;
  readonly readToken: string;
  readonly limit?: number;
}

async function setPrivacy(actor: Actor, input: object): Promise<Updated> {
  const { updatePrivacy } = await actor.client.run<{ updatePrivacy: Updated }>(
    `mutation ($input: UpdatePrivacyInput!) { updatePrivacy(input: $input) { __typename
      ... on PrivacyUpdated { privacy ${settings} readToken } ... on TooMany { limit } ${problem} } }`,
    { input },
  );
  return updatePrivacy;
}

interface Profile {
  readonly about: string | null;
  readonly avatar: string | null;
  readonly phone: string | null;
}

async function profileOf(viewer: Actor, id: string, atLeast?: string): Promise<Profile> {
  const { account } = await viewer.client.run<{ account: Profile }>(
    'query ($id: ID!, $t: ReadToken) { account(id: $id, atLeast: $t) { about avatar phone } }',
    { id, t: atLeast },
  );
  return account;
}

async function withProfile(actor: Actor): Promise<string> {
  const { updateProfile } = await actor.client.run<{ updateProfile: { readToken: string } }>(
    'mutation { updateProfile(input: { about: "hello", avatar: "media/1" }) { ... on ProfileUpdated { readToken } } }',
  );
  return updateProfile.readToken;
}

describe('privacy settings', () => {
  it('are everyone and on at first; a change is answered, and shown to oneself', async () => {
    const [ada, bob] = (await actors(server, 2)) as [Actor, Actor];
    const { me } = await ada.client.run<{ me: { privacy: object } }>(`{ me { privacy ${settings} } }`);
    const everyone = { kind: 'EVERYONE', except: [] };
    const audiences = { lastSeen: everyone, online: everyone, avatar: everyone, about: everyone };
    const first = { ...audiences, addToGroups: everyone, calls: everyone, readReceipts: true, discoverable: true };
    expect(me.privacy).toEqual(first);
    const done = await setPrivacy(ada, {
      lastSeen: { kind: 'CONTACTS_EXCEPT', except: [bob.accountId] },
      calls: { kind: 'NOBODY' },
      readReceipts: false,
    });
    expect(done.privacy).toEqual({
      ...first,
      lastSeen: { kind: 'CONTACTS_EXCEPT', except: [bob.accountId] },
      calls: { kind: 'NOBODY', except: [] },
      readReceipts: false,
    });
    const again = await ada.client.run<{ me: { privacy: object } }>(`{ me { privacy ${settings} } }`);
    expect(again.me.privacy).toEqual(done.privacy);
  });

  it('refuse exceptions where they mean nothing, and too many', async () => {
    const [ada] = (await actors(server, 1)) as [Actor];
    const wrong = setPrivacy(ada, { about: { kind: 'EVERYONE', except: [ada.accountId] } });
    await expect(wrong).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
    const except = Array.from({ length: 1001 }, (_, n) => `acc_${n.toString(16).padStart(32, '0')}`);
    expect(await setPrivacy(ada, { about: { kind: 'CONTACTS_EXCEPT', except } })).toMatchObject({
      __typename: 'TooMany',
      limit: 1000,
    });
  });

  it('show avatar and about to whom they are for, and the number to whom has it', async () => {
    const [ada, friend, excepted, stranger] = (await actors(server, 4)) as [Actor, Actor, Actor, Actor];
    await withProfile(ada);
    await sync(ada, [
      [await phoneOf(friend), 'Friend'],
      [await phoneOf(excepted), 'Excepted'],
    ]);
    await sync(stranger, [[await phoneOf(ada), 'Ada']]);
    const seen = async (token: string): Promise<readonly (string | null)[]> => {
      const all = await Promise.all(
        [ada, friend, excepted, stranger].map((viewer) => profileOf(viewer, ada.accountId, token)),
      );
      expect(all.map(({ avatar }) => avatar)).toEqual(['media/1', 'media/1', 'media/1', 'media/1']);
      return all.map(({ about }) => about);
    };
    const contacts = await setPrivacy(ada, { about: { kind: 'CONTACTS' } });
    expect(await seen(contacts.readToken)).toEqual(['hello', 'hello', 'hello', null]);
    const except = await setPrivacy(ada, { about: { kind: 'CONTACTS_EXCEPT', except: [excepted.accountId] } });
    expect(await seen(except.readToken)).toEqual(['hello', 'hello', null, null]);
    const nobody = await setPrivacy(ada, { about: { kind: 'NOBODY' } });
    expect(await seen(nobody.readToken)).toEqual(['hello', null, null, null]);
    const phones = await Promise.all([ada, friend, stranger].map((viewer) => profileOf(viewer, ada.accountId)));
    expect(phones.map(({ phone }) => phone)).toEqual([await phoneOf(ada), null, await phoneOf(ada)]);
    const hidden = await setPrivacy(ada, { discoverable: false });
    expect(await profileOf(stranger, ada.accountId, hidden.readToken)).toMatchObject({ phone: null });
  });

  it('are nothing to whom the account blocks', async () => {
    const [ada, eve] = (await actors(server, 2)) as [Actor, Actor];
    await withProfile(ada);
    await sync(ada, [[await phoneOf(eve), 'Eve']]);
    const { readToken } = await block(ada, eve.accountId);
    expect(await profileOf(eve, ada.accountId, readToken)).toEqual({ about: null, avatar: null, phone: null });
    expect(await profileOf(ada, ada.accountId)).toMatchObject({ about: 'hello', avatar: 'media/1' });
  });

  it('make a number that is not to be found look like one that nobody has', async () => {
    const [ada, bob] = (await actors(server, 2)) as [Actor, Actor];
    const phone = await phoneOf(bob);
    await sync(ada, [[phone, 'Bob']]);
    const { readToken } = await setPrivacy(bob, { discoverable: false });
    await profileOf(ada, bob.accountId, readToken);
    const found = await ada.client.run<{ findAccount: { __typename: string } }>(
      'mutation ($phone: String!) { findAccount(phone: $phone) { __typename } }',
      { phone },
    );
    expect(found.findAccount.__typename).toBe('NoSuchAccount');
    expect((await sync(ada, [[phone, 'Bob B.']])).contacts).toMatchObject([
      { name: 'Bob B.', account: null, mutual: false },
    ]);
  });
});

describe('read receipts', () => {
  interface Seen {
    readonly watermarks: readonly {
      readonly accountId: string;
      readonly deliveredUpTo: number;
      readonly readUpTo: number;
    }[];
    readonly messages: { readonly edges: readonly { readonly node: { readonly status: string | null } }[] };
  }
  async function look(actor: Actor, id: string): Promise<Seen> {
    const { conversation } = await actor.client.run<{ conversation: Seen }>(
      'query ($id: ID!) { conversation(id: $id) { watermarks { accountId deliveredUpTo readUpTo } messages { edges { node { status } } } } }',
      { id },
    );
    return conversation;
  }
  const readBy = (actor: Actor, of: Actor): readonly (number | null)[] =>
    actor.updates.flatMap(({ update }) =>
      update.__typename === 'ReceiptAdvanced' && update.accountId === of.accountId ? [update.readUpTo] : [],
    );

  it.each([
    ['the reader', true],
    ['the author', false],
  ])('switched off by %s are kept from both, live, replayed and queried, for ever', async (_who, byReader) => {
    const [ada, bob] = (await actors(server, 2)) as [Actor, Actor];
    const conversationId = await startConversation(ada.client, bob.accountId);
    await Promise.all([ada.follow(), bob.follow()]);
    const start = ada.cursor;
    await setPrivacy(byReader ? bob : ada, { readReceipts: false });
    const { seq } = await sendText(ada.client, conversationId, 'c1', 'hello');
    await acknowledgeUpTo(bob.client, conversationId, { deliveredUpTo: seq, readUpTo: seq });
    // One's own devices know.
    await bob.sees((update) => update.__typename === 'ReceiptAdvanced' && update.readUpTo === seq);
    await ada.sees((update) => update.__typename === 'ReceiptAdvanced' && update.deliveredUpTo === seq);
    expect(readBy(ada, bob)).toEqual([null]);
    await expect
      .poll(async () => (await look(ada, conversationId)).messages.edges.map(({ node }) => node.status))
      .toEqual(['DELIVERED']);
    const marks = (await look(ada, conversationId)).watermarks;
    expect(marks.find(({ accountId }) => accountId === bob.accountId)).toMatchObject({
      deliveredUpTo: seq,
      readUpTo: 0,
    });

    // Switched on again: what was read before stays its reader's own; an answer tells nothing of it either.
    await setPrivacy(byReader ? bob : ada, { readReceipts: true });
    await sendText(bob.client, conversationId, 'c2', 'well');
    await ada.sees((update) => update.__typename === 'MessageAdded' && update.message.clientId === 'c2');
    ada.updates.length = 0;
    await ada.connect();
    await ada.follow(start);
    expect(readBy(ada, bob)).toEqual([null]);
    expect((await look(ada, conversationId)).messages.edges[0]?.node.status).toBe('DELIVERED');

    const last = await sendText(ada.client, conversationId, 'c3', 'and?');
    await acknowledgeUpTo(bob.client, conversationId, { readUpTo: last.seq });
    await ada.sees((update) => update.__typename === 'ReceiptAdvanced' && update.readUpTo === last.seq);
  });
});
