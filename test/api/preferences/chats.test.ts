import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MAX_PINNED_CHATS } from '../../../src/domain/preferences/index.js';
import { acknowledgeUpTo, sendText, startConversation } from '../../kit/documents.js';
import { actors, testApp, type Actor, type TestApp } from '../../kit/testApp.js';
import { changed, changes, saveDraft } from './kit.js';

let server: TestApp;
beforeAll(async () => {
  server = await testApp();
});
afterAll(() => server.close());

interface Node {
  readonly id: string;
  readonly muted: boolean;
  readonly mutedUntil: string | null;
  readonly archived: boolean;
  readonly pinnedAt: string | null;
  readonly markedUnread: boolean;
  readonly clearedTo: number | null;
  readonly draft: { readonly text: string } | null;
  readonly unreadCount: number;
  readonly lastMessage: { readonly seq: number } | null;
  readonly messages: { readonly edges: readonly { readonly node: { readonly seq: number } }[] };
}
const fields =
  'id muted mutedUntil archived pinnedAt markedUnread clearedTo draft { text } unreadCount lastMessage { seq } messages { edges { node { seq } } }';

async function list(of: Actor, rest = '', atLeast?: string): Promise<readonly Node[]> {
  const given = [...(rest === '' ? [] : [rest]), ...(atLeast === undefined ? [] : [`atLeast: "${atLeast}"`])];
  const args = given.length === 0 ? '' : `(${given.join(', ')})`;
  const { conversations } = await of.client.run<{ conversations: { edges: readonly { node: Node }[] } }>(
    `{ conversations${args} { edges { node { ${fields} } } } }`,
  );
  return conversations.edges.map(({ node }) => node);
}

async function one(of: Actor, id: string, atLeast?: string): Promise<Node> {
  const rest = atLeast === undefined ? '' : `, atLeast: "${atLeast}"`;
  return (await of.client.run<{ conversation: Node }>(`{ conversation(id: "${id}"${rest}) { ${fields} } }`))
    .conversation;
}

const seqs = ({ messages }: Node): readonly number[] => messages.edges.map(({ node }) => node.seq);

describe('a chat', () => {
  it('is muted, and is not any more when the time has come', async () => {
    const [ada, bob] = (await actors(server, 2)) as [Actor, Actor];
    const chat = await startConversation(ada.client, bob.accountId);
    const until = new Date(Date.now() + 3_600_000).toISOString();
    const { preferences } = await changed(ada.client, 'muteChat', chat, `, until: "${until}"`);
    expect(preferences).toMatchObject({ conversationId: chat, muted: true, mutedUntil: until });
    const { readToken } = await changed(ada.client, 'muteChat', chat);
    expect(await one(ada, chat, readToken)).toMatchObject({ muted: true, mutedUntil: null });
    expect((await changed(ada.client, 'unmuteChat', chat)).preferences.muted).toBe(false);
    expect(await changes(ada.client, 'muteChat', chat, ', until: "2020-01-01T00:00:00Z"')).toMatchObject({
      __typename: 'InThePast',
      code: 'IN_THE_PAST',
    });
    expect(await one(bob, chat)).toMatchObject({ muted: false, archived: false, pinnedAt: null, draft: null });
  });

  it('is archived and pinned: filters, order, limit', async () => {
    const [ada, ...others] = (await actors(server, MAX_PINNED_CHATS + 2)) as [Actor, ...Actor[]];
    const chats: string[] = [];
    for (const other of others) chats.push(await startConversation(ada.client, other.accountId));
    for (const chat of chats.slice(0, MAX_PINNED_CHATS)) await changed(ada.client, 'pinChat', chat);
    const refused = await changes(ada.client, 'pinChat', chats.at(-1)!);
    expect(refused).toMatchObject({ __typename: 'TooMany', code: 'TOO_MANY' });
    // What is so already writes nothing, and is as good.
    await changed(ada.client, 'pinChat', chats[0]!);
    const { readToken, preferences } = await changed(ada.client, 'archiveChat', chats[1]!);
    expect(preferences).toMatchObject({ archived: true, pinnedAt: null });
    const shown = await list(ada, 'archived: false', readToken);
    expect(shown.map(({ id }) => id)).toEqual([
      ...chats
        .slice(0, MAX_PINNED_CHATS)
        .filter((id) => id !== chats[1])
        .reverse(),
      chats.at(-1),
    ]);
    expect((await list(ada, 'archived: true')).map(({ id }) => id)).toEqual([chats[1]]);
    expect(await list(ada)).toHaveLength(chats.length);
    // By pages, one by one.
    const paged: string[] = [];
    for (let after = ''; ;) {
      const { conversations } = await ada.client.run<{
        conversations: { edges: { cursor: string; node: { id: string } }[]; pageInfo: { hasNextPage: boolean } };
      }>(
        `{ conversations(first: 1, archived: false${after}) { edges { cursor node { id } } pageInfo { hasNextPage } } }`,
      );
      paged.push(conversations.edges[0]!.node.id);
      after = `, after: "${conversations.edges[0]!.cursor}"`;
      if (!conversations.pageInfo.hasNextPage) break;
    }
    expect(paged).toEqual(shown.map(({ id }) => id));
  });

  it('is cleared and deleted, and comes back with the next message', async () => {
    const [ada, bob] = (await actors(server, 2)) as [Actor, Actor];
    const chat = await startConversation(ada.client, bob.accountId);
    for (const text of ['one', 'two', 'three']) await sendText(bob.client, chat, text, text);
    const last = await sendText(bob.client, chat, 'four', 'four');
    expect(await one(ada, chat, last.readToken)).toMatchObject({ unreadCount: 4, lastMessage: { seq: 4 } });

    const cleared = await changed(ada.client, 'clearChat', chat, ', upTo: 2');
    expect(cleared.preferences).toMatchObject({ clearedTo: 2, deletedTo: null });
    const after = await one(ada, chat, cleared.readToken);
    expect([seqs(after), after.unreadCount, after.clearedTo]).toEqual([[3, 4], 2, 2]);
    // Less than before changes nothing.
    expect((await changed(ada.client, 'clearChat', chat, ', upTo: 1')).preferences.clearedTo).toBe(2);

    await changed(ada.client, 'pinChat', chat);
    await saveDraft(ada.client, chat, 'what I ');
    const deleted = await changed(ada.client, 'deleteChat', chat);
    expect(deleted.preferences).toMatchObject({ clearedTo: 4, deletedTo: 4, pinnedAt: null });
    expect(await list(ada, '', deleted.readToken)).toEqual([]);
    expect(await one(ada, chat)).toMatchObject({ unreadCount: 0, lastMessage: null, draft: null });
    const { snapshot } = await ada.client.run<{ snapshot: { conversations: { edges: unknown[] } } }>(
      '{ snapshot { conversations { edges { node { id } } } } }',
    );
    expect(snapshot.conversations.edges).toEqual([]);
    // The other has all of it.
    const other = await one(bob, chat);
    expect([seqs(other), other.clearedTo]).toEqual([[1, 2, 3, 4], null]);

    const { readToken } = await sendText(bob.client, chat, 'five', 'five');
    const [back] = await list(ada, '', readToken);
    expect([back!.id, seqs(back!), back!.unreadCount]).toEqual([chat, [5], 1]);
  });

  it('is marked unread without moving any watermark', async () => {
    const [ada, bob] = (await actors(server, 2)) as [Actor, Actor];
    const chat = await startConversation(ada.client, bob.accountId);
    const { seq } = await sendText(bob.client, chat, '1', 'hello');
    await acknowledgeUpTo(ada.client, chat, { readUpTo: seq });
    const { readToken } = await changed(ada.client, 'markChatUnread', chat);
    expect(await one(ada, chat, readToken)).toMatchObject({ markedUnread: true, unreadCount: 0 });
    expect((await changed(ada.client, 'markChatRead', chat)).preferences.markedUnread).toBe(false);
  });

  it("of others is nobody's to change", async () => {
    const [ada, bob, eve] = (await actors(server, 3)) as [Actor, Actor, Actor];
    const chat = await startConversation(ada.client, bob.accountId);
    for (const name of ['muteChat', 'archiveChat', 'pinChat', 'markChatUnread', 'clearChat', 'deleteChat'])
      expect(await changes(eve.client, name, chat)).toMatchObject({ __typename: 'NotAMember' });
    expect(await saveDraft(eve.client, chat, 'x')).toMatchObject({ __typename: 'NotAMember' });
  });
});

describe('a draft', () => {
  it('is kept, replaced and deleted; the same again writes nothing', async () => {
    const [ada, bob] = (await actors(server, 2)) as [Actor, Actor];
    const chat = await startConversation(ada.client, bob.accountId);
    const text = 'Grüße 👋, half a';
    expect(await saveDraft(ada.client, chat, text)).toMatchObject({ __typename: 'DraftSaved', draft: { text } });
    const head = await server.app.eventStore.head();
    const { readToken } = await saveDraft(ada.client, chat, text);
    expect(await server.app.eventStore.head()).toBe(head);
    expect((await one(ada, chat, readToken)).draft).toEqual({ text });
    expect((await one(bob, chat)).draft).toBeNull();
    expect(await saveDraft(ada.client, chat, '')).toMatchObject({ draft: null });
    expect(await saveDraft(ada.client, chat, 'x'.repeat(65_537))).toMatchObject({ reason: 'too_long' });
    expect(await saveDraft(ada.client, chat, '\u0000')).toMatchObject({ reason: 'malformed' });
    const plain = await server.app.readStore.pool.query(`SELECT FROM events WHERE data::text LIKE '%half a%'`);
    expect(plain.rowCount).toBe(0);
  });
});

describe('unread totals', () => {
  it('are of all chats, by kind', async () => {
    const [ada, bob, eve, joe] = (await actors(server, 4)) as [Actor, Actor, Actor, Actor];
    const [withBob, withEve, withJoe] = [
      await startConversation(ada.client, bob.accountId),
      await startConversation(ada.client, eve.accountId),
      await startConversation(ada.client, joe.accountId),
    ];
    await sendText(bob.client, withBob, '1', 'a');
    await sendText(bob.client, withBob, '2', 'b');
    await sendText(eve.client, withEve, '1', 'c');
    await sendText(joe.client, withJoe, '1', 'd');
    await changed(ada.client, 'muteChat', withEve);
    let { readToken } = await changed(ada.client, 'archiveChat', withJoe);
    const totals = async (): Promise<object> =>
      (
        await ada.client.run<{ unreadTotals: object }>(
          `{ unreadTotals(atLeast: "${readToken}") { chats messages mutedMessages archivedMessages mentions } }`,
        )
      ).unreadTotals;
    const expected = { chats: 2, messages: 3, mutedMessages: 1, archivedMessages: 1, mentions: 0 };
    expect(await totals()).toEqual(expected);
    ({ readToken } = await changed(ada.client, 'clearChat', withBob, ', upTo: 1'));
    expect(await totals()).toEqual({ ...expected, messages: 2 });
    ({ readToken } = await changed(ada.client, 'clearChat', withBob));
    expect(await totals()).toEqual({ ...expected, chats: 1, messages: 1 });
    ({ readToken } = await changed(ada.client, 'markChatUnread', withBob));
    expect(await totals()).toEqual({ ...expected, chats: 2, messages: 1 });
  });
});
