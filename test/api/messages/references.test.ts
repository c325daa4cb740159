import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startConversation } from '../../kit/documents.js';
import { actors, testApp, type Actor, type TestApp } from '../../kit/testApp.js';
import { edit, follow, pairOn, reads, remove, sends } from './kit.js';

let server: TestApp;
beforeAll(async () => {
  server = await testApp();
});
afterAll(() => server.close());

describe('a reply', () => {
  it('quotes what it answers as that is now', async () => {
    const { alice, bob, conversation, says } = await pairOn(server);
    const feed = await follow(alice);
    const first = await says(`a question ${'x'.repeat(200)}`);
    const reply = await sends(bob, conversation, `text: "an answer", replyTo: "${first.messageId}"`);
    const { message } = (await feed.sees('MessageAdded', {})) as unknown as { message: { seq: number } };
    expect(message.seq).toBe(first.seq);
    expect(await reads(alice, reply.messageId, reply.readToken)).toMatchObject({
      quote: {
        ...{ messageId: first.messageId, seq: first.seq, authorId: alice.accountId },
        excerpt: `a question ${'x'.repeat(149)}`,
      },
    });
    const edited = await edit(alice, first.messageId, 'a question');
    expect((await reads(bob, reply.messageId, edited.readToken))['quote']).toMatchObject({ excerpt: 'a question' });
    const gone = await remove(alice, first.messageId);
    expect((await reads(bob, reply.messageId, gone.readToken))['quote']).toMatchObject({ excerpt: null });
    // Who answers may not know yet that it is gone.
    expect(await sends(bob, conversation, `text: "late", replyTo: "${first.messageId}"`)).toMatchObject({
      __typename: 'MessageSent',
    });
  });

  it('is to a message of the same conversation, and is repeated as a whole', async () => {
    const { alice, conversation, says } = await pairOn(server);
    const other = await pairOn(server);
    const foreign = await other.says('elsewhere');
    expect(await sends(alice, conversation, `text: "x", replyTo: "${foreign.messageId}"`)).toMatchObject({
      code: 'NO_SUCH_MESSAGE',
    });
    const [one, two] = [await says('one'), await says('two')];
    const send = (to: string) => sends(alice, conversation, `clientId: "r1", text: "x", replyTo: "${to}"`);
    const first = await send(one.messageId);
    expect(await send(one.messageId)).toMatchObject({ messageId: first.messageId });
    expect(await send(two.messageId)).toMatchObject({ code: 'IDEMPOTENCY_CONFLICT' });
  });
});

describe('mentions', () => {
  it('are of members, and counted while they are unread', async () => {
    const { alice, bob, conversation } = await pairOn(server);
    const feed = await follow(bob);
    const [carol] = (await actors(server, 1)) as [Actor];
    expect(await sends(alice, conversation, `text: "x", mentions: ["${carol.accountId}"]`)).toMatchObject({
      code: 'MENTIONS_OTHERS',
      accountIds: [carol.accountId],
    });
    await sends(alice, conversation, 'text: "not for you in particular"');
    const { messageId } = await sends(alice, conversation, `text: "hi", mentions: ["${bob.accountId}"]`);
    const { seq, readToken } = await sends(alice, conversation, `text: "ho", mentions: ["${bob.accountId}"]`);
    const counts = async (atLeast: string): Promise<unknown> =>
      (
        await bob.client.run<{ conversation: unknown }>(
          'query ($id: ID!, $atLeast: ReadToken) { conversation(id: $id, atLeast: $atLeast) { unreadCount unreadMentions } }',
          { id: conversation, atLeast },
        )
      ).conversation;
    expect(await counts(readToken)).toEqual({ unreadCount: 3, unreadMentions: 2 });
    const gone = await remove(alice, messageId);
    expect(await counts(gone.readToken)).toEqual({ unreadCount: 2, unreadMentions: 1 });
    await feed.sees('MessageDeleted');
    expect(feed.of('MessageAdded').map(({ message }) => (message as { mentions: unknown }).mentions)).toEqual([
      [],
      [bob.accountId],
      [bob.accountId],
    ]);
    await bob.client.run(
      `mutation { acknowledge(input: { conversationId: "${conversation}", readUpTo: ${seq} }) { __typename } }`,
    );
    expect(await sends(alice, conversation, 'text: "x", mentionEveryone: true')).toMatchObject({
      code: 'NOT_APPLICABLE',
    });
  });
});

interface Forwards {
  readonly __typename: string;
  readonly code?: string;
  readonly limit?: number;
  readonly forwards: readonly {
    readonly result: { readonly __typename: string; readonly messageId: string; readonly readToken: string };
  }[];
}

async function forwards(
  actor: Actor,
  from: readonly string[],
  to: readonly string[],
  clientId = 'f',
): Promise<Forwards> {
  const { forwardMessages } = await actor.client.run<{ forwardMessages: Forwards }>(
    `mutation ($input: ForwardMessagesInput!) { forwardMessages(input: $input) { __typename ... on Problem { code } ... on TooMany { limit }
      ... on MessagesForwarded { forwards { conversationId sourceId result { __typename ... on MessageSent { messageId readToken } ... on Problem { code } } } } } }`,
    { input: { messageIds: from, conversationIds: to, clientId } },
  );
  return forwardMessages;
}

describe('forwarding', () => {
  it('says the same elsewhere, counts the hands, and is known when it is repeated', async () => {
    const { alice, bob, conversation, says } = await pairOn(server);
    const [carol] = (await actors(server, 1)) as [Actor];
    const elsewhere = await startConversation(bob.client, carol.accountId);
    const text = await says('pass it on');
    const place = await sends(alice, conversation, 'location: { latitude: 1, longitude: 2 }');
    const done = await forwards(bob, [text.messageId, place.messageId], [elsewhere]);
    const [one, two] = done.forwards.map(({ result }) => result);
    expect(await reads(carol, one!.messageId, two!.readToken)).toMatchObject({
      ...{ content: { text: 'pass it on' }, forwardHops: 1, authorId: bob.accountId },
    });
    expect(await reads(carol, two!.messageId, two!.readToken)).toMatchObject({ content: { latitude: 1 } });
    await remove(alice, text.messageId);
    expect((await forwards(bob, [text.messageId, place.messageId], [elsewhere])).forwards[0]?.result).toMatchObject({
      messageId: one!.messageId,
    });
    expect((await forwards(bob, [text.messageId], [elsewhere], 'again')).forwards[0]?.result).toMatchObject({
      code: 'MESSAGE_GONE',
    });
  });

  it('is of what one may see, of what may go elsewhere, to where one may write', async () => {
    const { alice, bob, conversation, says } = await pairOn(server);
    const other = await pairOn(server);
    const secret = await other.says('not yours');
    const { messageId } = await says('mine');
    const once = await sends(alice, conversation, 'text: "once", viewOnce: true');
    const codes = async (from: string, to: string): Promise<unknown> =>
      (await forwards(bob, [from], [to])).forwards.map(({ result }) => result);
    expect(await codes(secret.messageId, conversation)).toMatchObject([{ code: 'NO_SUCH_MESSAGE' }]);
    expect(await codes(messageId, other.conversation)).toMatchObject([{ code: 'NOT_A_MEMBER' }]);
    expect(await codes(once.messageId, conversation)).toMatchObject([{ code: 'NOT_APPLICABLE' }]);
    expect(
      await forwards(
        bob,
        [messageId],
        Array.from({ length: 6 }, (_, n) => `cnv_${`${n}`.repeat(32)}`),
      ),
    ).toMatchObject({ code: 'TOO_MANY', limit: 5 });
  });

  it('goes to one conversation at a time after five hands', async () => {
    const { alice, bob, conversation, says } = await pairOn(server);
    let { messageId } = await says('a chain letter');
    for (let hop = 1; hop <= 5; hop += 1) {
      const done = await forwards(hop % 2 === 0 ? alice : bob, [messageId], [conversation], `hop ${hop}`);
      ({ messageId } = done.forwards[0]!.result);
    }
    const [carol] = (await actors(server, 1)) as [Actor];
    const elsewhere = await startConversation(bob.client, carol.accountId);
    expect(await forwards(bob, [messageId], [conversation, elsewhere], 'two')).toMatchObject({ limit: 1 });
    expect(await forwards(bob, [messageId], [elsewhere], 'one')).toMatchObject({ __typename: 'MessagesForwarded' });
  });
});
