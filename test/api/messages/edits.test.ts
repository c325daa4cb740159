import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testApp, type TestApp } from '../../kit/testApp.js';
import { edit, follow, pairOn, react, remove } from './kit.js';

let server: TestApp;
beforeAll(async () => {
  server = await testApp();
});
afterAll(() => server.close());

const READ = `query ($id: ID!, $atLeast: ReadToken) { message(id: $id, atLeast: $atLeast) { editedAt deletedAt deletedBy reactions { emoji count mine accountIds }
  content { __typename ... on TextContent { text } } } editHistory(messageId: $id, atLeast: $atLeast) { text at } }`;

interface Read {
  readonly message: {
    readonly editedAt: string | null;
    readonly deletedAt: string | null;
    readonly deletedBy: string | null;
    readonly reactions: readonly unknown[];
    readonly content: { readonly __typename: string; readonly text?: string };
  };
  readonly editHistory: readonly { readonly text: string }[];
}

describe('an edited message', () => {
  it('says the new text to everybody, live and after an absence, and keeps its versions', async () => {
    const { alice, bob, says } = await pairOn(server);
    const feed = await follow(bob);
    const { messageId, seq } = await says('frist');
    expect(await edit(alice, messageId, 'first')).toMatchObject({ __typename: 'MessageChanged', messageId, seq });
    await feed.sees('MessageEdited', { targetSeq: seq, text: 'first', accountId: alice.accountId });
    const { cursor } = feed;
    bob.client.terminate();
    await bob.closed;

    const { readToken } = await edit(alice, messageId, 'First!');
    await bob.connect();
    const back = await follow(bob, cursor);
    expect(back.of('MessageAdded', 'MessageEdited')).toMatchObject([{ __typename: 'MessageEdited', text: 'First!' }]);

    const { message, editHistory } = await bob.client.run<Read>(READ, { id: messageId, atLeast: readToken });
    expect(message).toMatchObject({ content: { text: 'First!' }, editedAt: expect.any(String) as string });
    expect(editHistory.map(({ text }) => text)).toEqual(['frist', 'first', 'First!']);
  });

  it('can be edited at once, however far behind the read model is', async () => {
    const { alice, says } = await pairOn(server);
    const many = await Promise.all(Array.from({ length: 20 }, (_, n) => says(`${n}`)));
    const edits = await Promise.all(many.map(({ messageId }, n) => edit(alice, messageId, `${n}!`)));
    expect(edits.map(({ __typename }) => __typename)).toEqual(many.map(() => 'MessageChanged'));
  });

  it('is its author’s, and a text', async () => {
    const { alice, bob, says } = await pairOn(server);
    const { messageId } = await says('mine');
    expect(await edit(bob, messageId, 'ours')).toMatchObject({ code: 'NOT_ALLOWED' });
    expect(await edit(alice, messageId, ' ')).toMatchObject({ code: 'INVALID_TEXT', field: 'text', reason: 'empty' });
    expect(await edit(alice, `msg_${'0'.repeat(32)}`, 'x')).toMatchObject({ code: 'NO_SUCH_MESSAGE' });
    const other = await pairOn(server);
    expect(await edit(other.alice, messageId, 'x')).toMatchObject({ code: 'NOT_A_MEMBER' });
    const mentions = `mentions: ["${other.alice.accountId}"]`;
    expect(await edit(alice, messageId, 'hi', mentions)).toMatchObject({
      code: 'MENTIONS_OTHERS',
      accountIds: [other.alice.accountId],
    });
    expect(await edit(alice, messageId, 'hi', 'mentionEveryone: true')).toMatchObject({ code: 'NOT_APPLICABLE' });
  });
});

describe('a deleted message', () => {
  it('says nothing any more, to nobody, and cannot come back', async () => {
    const { alice, bob, says } = await pairOn(server);
    const feed = await follow(bob);
    const begin = feed.cursor;
    const { messageId, seq } = await says('a secret');
    await edit(alice, messageId, 'a secret, edited');
    await react(bob, messageId, '🎉');
    expect(await remove(bob, messageId)).toMatchObject({ code: 'NOT_ALLOWED' });
    const { readToken } = await remove(alice, messageId);
    expect(await remove(alice, messageId)).toMatchObject({ __typename: 'MessageChanged', seq });
    await feed.sees('MessageDeleted', { targetSeq: seq });
    expect(feed.of('MessageDeleted')).toHaveLength(1);

    const { message, editHistory } = await bob.client.run<Read>(READ, { id: messageId, atLeast: readToken });
    expect(message).toMatchObject({
      content: { __typename: 'ErasedContent' },
      deletedAt: expect.any(String) as string,
      deletedBy: alice.accountId,
      reactions: [],
    });
    expect(editHistory).toEqual([]);
    expect(await edit(alice, messageId, 'again')).toMatchObject({ code: 'MESSAGE_GONE' });
    expect(await react(bob, messageId, '👍')).toMatchObject({ code: 'MESSAGE_GONE' });

    const replay = await follow(bob, begin);
    expect(JSON.stringify(replay.told)).not.toContain('secret');
    expect(replay.told.filter(({ __typename }) => __typename !== 'CursorAdvanced')).toMatchObject([
      { __typename: 'MessageAdded', message: { seq, content: { __typename: 'ErasedContent' } } },
      { __typename: 'MessageEdited', targetSeq: seq, text: null },
      { __typename: 'ReactionChanged', targetSeq: seq, emoji: '🎉' },
      { __typename: 'MessageDeleted', targetSeq: seq, accountId: alice.accountId },
    ]);
  });
});

describe('reactions', () => {
  it('are one an account, changed and taken back', async () => {
    const { alice, bob, says } = await pairOn(server);
    const feed = await follow(alice);
    const { messageId, seq } = await says('react to this');
    await react(bob, messageId, '👍');
    await react(alice, messageId, '❤');
    const { readToken } = await react(bob, messageId, '❤️');
    await feed.sees('ReactionChanged', { targetSeq: seq, accountId: bob.accountId, emoji: '❤️' });
    const read = async (atLeast: string): Promise<Read['message']> =>
      (await alice.client.run<Read>(READ, { id: messageId, atLeast })).message;
    expect((await read(readToken)).reactions).toEqual([
      { emoji: '❤️', count: 2, mine: true, accountIds: [bob.accountId, alice.accountId] },
    ]);
    await react(alice, messageId, null);
    const again = await react(alice, messageId, null);
    expect((await read(again.readToken)).reactions).toEqual([
      { emoji: '❤️', count: 1, mine: false, accountIds: [bob.accountId] },
    ]);
    expect(feed.of('ReactionChanged')).toHaveLength(4);
  });

  it.each(['x', '', '👍👍', '1', 'ok 👍'])('refuse %j', async (emoji) => {
    const { bob, says } = await pairOn(server);
    const { messageId } = await says('hm');
    expect(await react(bob, messageId, emoji)).toMatchObject({ code: 'INVALID_TEXT', field: 'emoji' });
  });
});
