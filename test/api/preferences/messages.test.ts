import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sendText, startConversation } from '../../kit/documents.js';
import { actors, testApp, type Actor, type TestApp } from '../../kit/testApp.js';
import { changed, changes } from './kit.js';

let server: TestApp;
beforeAll(async () => {
  server = await testApp();
});
afterAll(() => server.close());

interface Starred {
  readonly edges: readonly {
    readonly cursor: string;
    readonly starredAt: string;
    readonly node: { readonly id: string; readonly seq: number; readonly starred: boolean };
  }[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly hasPreviousPage: boolean };
}

async function starred(of: Actor, args: string): Promise<Starred> {
  const { starredMessages } = await of.client.run<{ starredMessages: Starred }>(
    `{ starredMessages(${args}) { edges { cursor starredAt node { id seq starred } } pageInfo { hasNextPage hasPreviousPage } } }`,
  );
  return starredMessages;
}
const idsOf = ({ edges }: Starred): readonly string[] => edges.map(({ node }) => node.id);

async function shown(of: Actor, conversation: string, message: string, readToken: string) {
  return of.client.run<{
    message: { starred: boolean } | null;
    conversation: {
      unreadCount: number;
      lastMessage: { seq: number } | null;
      messages: { edges: { node: { seq: number } }[] };
    };
  }>(
    `{ message(id: "${message}", atLeast: "${readToken}") { starred }
       conversation(id: "${conversation}", atLeast: "${readToken}") { unreadCount lastMessage { seq } messages { edges { node { seq } } } } }`,
  );
}

describe('stars', () => {
  it('are a list of the last first, of one chat or of all', async () => {
    const [ada, bob, eve] = (await actors(server, 3)) as [Actor, Actor, Actor];
    const [ab, ae] = [
      await startConversation(ada.client, bob.accountId),
      await startConversation(ada.client, eve.accountId),
    ];
    const one = await sendText(bob.client, ab, '1', 'one');
    const two = await sendText(bob.client, ab, '2', 'two');
    const three = await sendText(eve.client, ae, '1', 'three');
    // At once, though the read model may not have them yet.
    for (const { messageId } of [two, three, one]) await changed(ada.client, 'starMessage', messageId);
    const { readToken } = await changed(ada.client, 'starMessage', one.messageId);
    const all = await starred(ada, `atLeast: "${readToken}"`);
    expect(idsOf(all)).toEqual([one.messageId, three.messageId, two.messageId]);
    expect(all.edges.every(({ node }) => node.starred)).toBe(true);
    expect(idsOf(await starred(ada, `conversationId: "${ab}"`))).toEqual([one.messageId, two.messageId]);
    const first = await starred(ada, 'first: 2');
    expect(first.pageInfo).toEqual({ hasNextPage: true, hasPreviousPage: false });
    const rest = await starred(ada, `first: 2, after: "${first.edges.at(-1)!.cursor}"`);
    expect([idsOf(rest), rest.pageInfo]).toEqual([[two.messageId], { hasNextPage: false, hasPreviousPage: true }]);
    expect(idsOf(await starred(bob, 'first: 5'))).toEqual([]);

    const un = await changed(ada.client, 'unstarMessage', one.messageId);
    await changed(ada.client, 'unstarMessage', one.messageId);
    expect(idsOf(await starred(ada, `atLeast: "${un.readToken}"`))).toEqual([three.messageId, two.messageId]);
    const cleared = await changed(ada.client, 'clearChat', ab);
    expect(idsOf(await starred(ada, `atLeast: "${cleared.readToken}"`))).toEqual([three.messageId]);
    expect(await changes(ada.client, 'starMessage', two.messageId)).toMatchObject({ code: 'NO_SUCH_MESSAGE' });
  });

  it('are not for messages of others', async () => {
    const [ada, bob, eve] = (await actors(server, 3)) as [Actor, Actor, Actor];
    const chat = await startConversation(ada.client, bob.accountId);
    const { messageId } = await sendText(bob.client, chat, '1', 'one');
    for (const name of ['starMessage', 'unstarMessage', 'hideMessage'])
      expect(await changes(eve.client, name, messageId)).toMatchObject({ __typename: 'NoSuchMessage' });
    expect(await changes(ada.client, 'hideMessage', `msg_${'0'.repeat(32)}`)).toMatchObject({
      code: 'NO_SUCH_MESSAGE',
    });
  });
});

describe('a hidden message', () => {
  it('is gone for the one who hid it, from everything that is read', async () => {
    const [ada, bob] = (await actors(server, 2)) as [Actor, Actor];
    const chat = await startConversation(ada.client, bob.accountId);
    await sendText(bob.client, chat, '1', 'one');
    const { messageId } = await sendText(bob.client, chat, '2', 'two');
    await changed(ada.client, 'starMessage', messageId);
    const { readToken } = await changed(ada.client, 'hideMessage', messageId);
    // Again, and it is as good.
    await changed(ada.client, 'hideMessage', messageId);
    expect(await shown(ada, chat, messageId, readToken)).toEqual({
      message: null,
      conversation: { unreadCount: 1, lastMessage: { seq: 1 }, messages: { edges: [{ node: { seq: 1 } }] } },
    });
    expect(idsOf(await starred(ada, 'first: 5'))).toEqual([]);
    expect(await shown(bob, chat, messageId, readToken)).toMatchObject({
      message: { starred: false },
      conversation: { lastMessage: { seq: 2 }, messages: { edges: [{ node: { seq: 1 } }, { node: { seq: 2 } }] } },
    });
    const { unreadTotals } = await ada.client.run<{ unreadTotals: object }>('{ unreadTotals { chats messages } }');
    expect(unreadTotals).toEqual({ chats: 1, messages: 1 });
  });
});
