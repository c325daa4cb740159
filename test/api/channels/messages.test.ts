import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { actors, testApp, type Actor, type TestApp } from '../../kit/testApp.js';
import { does, edit, follow as feed, react, reads, remove, sends, type Answer, type Feed } from '../messages/kit.js';
import { changes } from '../preferences/kit.js';
import { create, follow, mutate, settled } from './kit.js';

let server: TestApp;
beforeAll(async () => {
  server = await testApp();
});
afterAll(() => server.close());

interface Scene {
  readonly id: string;
  readonly owner: Actor;
  readonly admin: Actor;
  readonly follower: Actor;
  /** What the follower is told. */
  readonly told: Feed;
  says(by: Actor, text: string): Promise<Answer>;
}

async function scene(): Promise<Scene> {
  const [owner, admin, follower] = (await actors(server, 3)) as [Actor, Actor, Actor];
  const { id } = (await create(owner)).channel;
  await mutate(owner, 'setChannelAdmin', { channelId: id, accountId: admin.accountId, admin: true });
  await follow(follower, id);
  await settled(server);
  const told = await feed(follower);
  return { id, owner, admin, follower, told, says: (by, text) => sends(by, id, `text: ${JSON.stringify(text)}`) };
}

const NOT_A_MEMBER = { code: 'NOT_A_MEMBER' };
const CHANGED = { __typename: 'MessageChanged' };
const pin = (actor: Actor, messageId: string, pinned = true): Promise<Answer> =>
  does(
    actor,
    pinned ? 'pinMessage' : 'unpinMessage',
    `messageId: "${messageId}"`,
    '{ __typename ... on MessageChanged { readToken } ... on Problem { code } }',
  );

describe('messages of a channel', () => {
  it('are edited by who wrote them, and followers see what they say now', async () => {
    const { owner, admin, follower, told, says } = await scene();
    const { messageId, seq } = await says(admin, 'helo');
    expect(await edit(follower, messageId, 'mine')).toMatchObject(NOT_A_MEMBER);
    expect(await edit(owner, messageId, 'mine')).toMatchObject({ code: 'NOT_ALLOWED' });
    const edited = await edit(admin, messageId, 'hello');
    expect(edited).toMatchObject(CHANGED);
    expect(await told.sees('MessageEdited', { targetSeq: seq })).toMatchObject({ text: 'hello' });
    expect((await reads(follower, messageId, edited.readToken)).content).toMatchObject({ text: 'hello' });
  });

  it('are deleted by any admin, and are gone for followers and from what they have not read', async () => {
    const { id, owner, admin, follower, told, says } = await scene();
    const { messageId, seq } = await says(owner, 'oh no');
    const other = await says(admin, 'stays');
    expect(await remove(follower, messageId)).toMatchObject(NOT_A_MEMBER);
    const removed = await remove(admin, messageId);
    expect(removed).toMatchObject(CHANGED);
    await told.sees('MessageDeleted', { targetSeq: seq });
    expect(await reads(follower, messageId, removed.readToken)).toMatchObject({
      content: { __typename: 'ErasedContent' },
      deletedBy: admin.accountId,
    });
    const { conversation } = await follower.client.run<{ conversation: object }>(
      'query ($id: ID!) { conversation(id: $id) { unreadCount lastMessage { id } } }',
      { id },
    );
    expect(conversation).toEqual({ unreadCount: 1, lastMessage: { id: other.messageId } });
    // Who was an admin has no say any more, not even of its own.
    await mutate(admin, 'setChannelAdmin', { channelId: id, accountId: admin.accountId, admin: false });
    expect(await remove(admin, other.messageId)).toMatchObject(NOT_A_MEMBER);
    expect(await edit(admin, other.messageId, 'x')).toMatchObject(NOT_A_MEMBER);
  });

  it('are reacted to and pinned by admins; a follower that did would be named in the stream', async () => {
    const { id, owner, admin, follower, told, says } = await scene();
    const { messageId, seq } = await says(owner, 'good news');
    expect(await react(follower, messageId, '👍')).toMatchObject(NOT_A_MEMBER);
    expect(await pin(follower, messageId)).toMatchObject(NOT_A_MEMBER);
    expect(await react(admin, messageId, '🎉')).toMatchObject(CHANGED);
    await told.sees('ReactionChanged', { targetSeq: seq, emoji: '🎉' });
    const pinned = await pin(admin, messageId);
    expect(pinned).toMatchObject(CHANGED);
    await told.sees('PinChanged', { targetSeq: seq, pinned: true });
    const { conversation } = await follower.client.run<{ conversation: object }>(
      `query ($id: ID!, $at: ReadToken) { conversation(id: $id, atLeast: $at) {
         pinnedMessages { message { id reactions { emoji count } } } } }`,
      { id, at: pinned.readToken },
    );
    expect(conversation).toEqual({
      pinnedMessages: [{ message: { id: messageId, reactions: [{ emoji: '🎉', count: 1 }] } }],
    });
    expect(await pin(owner, messageId, false)).toMatchObject(CHANGED);
  });

  it('ask nothing of followers: no polls, nothing that is shown once', async () => {
    const { id, owner, follower } = await scene();
    const poll = 'poll: { question: "When?", options: ["now", "later"] }';
    for (const input of [poll, 'text: "psst", viewOnce: true']) {
      expect(await sends(owner, id, input)).toMatchObject({ code: 'NOT_APPLICABLE' });
      expect(await sends(follower, id, input)).toMatchObject(NOT_A_MEMBER);
    }
  });

  it('answer one another, and mention everyone', async () => {
    const { id, owner, admin, follower, told, says } = await scene();
    const { messageId } = await says(owner, 'a question');
    expect(await sends(follower, id, `text: "me", replyTo: "${messageId}"`)).toMatchObject(NOT_A_MEMBER);
    expect(await sends(admin, id, `text: "an answer", replyTo: "${messageId}"`)).toMatchObject({
      __typename: 'MessageSent',
    });
    expect(await told.sees('MessageAdded', { conversationId: id })).toBeDefined();
    const answer = await sends(owner, id, 'text: "all of you", mentionEveryone: true');
    expect(await reads(follower, answer.messageId, answer.readToken)).toMatchObject({ mentionsEveryone: true });
    // Whether an account follows is not told by naming it either.
    for (const { accountId } of [follower, (await actors(server, 1))[0]!])
      expect(await sends(owner, id, `text: "you", mentions: ["${accountId}"]`)).toMatchObject({
        code: 'MENTIONS_OTHERS',
        accountIds: [accountId],
      });
  });

  it('are forwarded, starred, hidden and reported by followers, and by nobody outside', async () => {
    const { owner, follower, says } = await scene();
    const [stranger] = (await actors(server, 1)) as [Actor];
    const { messageId } = await says(owner, 'pass it on');
    const hid = await says(owner, 'not for me');
    await settled(server);
    const forward = async (actor: Actor): Promise<string> => {
      const { startConversation } = await actor.client.run<{ startConversation: { conversation: { id: string } } }>(
        'mutation ($with: ID!) { startConversation(with: $with) { ... on ConversationStarted { conversation { id } } } }',
        { with: owner.accountId },
      );
      const { forwardMessages } = await actor.client.run<{
        forwardMessages: { forwards: readonly { result: { __typename: string } }[] };
      }>(
        `mutation ($input: ForwardMessagesInput!) { forwardMessages(input: $input) {
           ... on MessagesForwarded { forwards { result { __typename } } } } }`,
        {
          input: {
            clientId: 'f',
            messageIds: [messageId],
            conversationIds: [startConversation.conversation.id],
          },
        },
      );
      return forwardMessages.forwards[0]!.result.__typename;
    };
    expect([await forward(follower), await forward(stranger)]).toEqual(['MessageSent', 'NoSuchMessage']);
    for (const change of ['starMessage', 'hideMessage']) {
      expect(await changes(stranger.client, change, hid.messageId)).toMatchObject({ code: 'NO_SUCH_MESSAGE' });
      expect(await changes(follower.client, change, hid.messageId)).toMatchObject({ __typename: 'MessageMarked' });
    }
    const report = async (actor: Actor): Promise<string> => {
      const { reportMessage } = await actor.client.run<{ reportMessage: { __typename: string } }>(
        `mutation ($id: ID!) { reportMessage(input: { messageIds: [$id], reason: SPAM }) { __typename } }`,
        { id: messageId },
      );
      return reportMessage.__typename;
    };
    expect([await report(follower), await report(stranger)]).toEqual(['Reported', 'NoSuchMessage']);
  });

  it('disappear for everybody, by a timer that admins set', async () => {
    const { id, admin, follower, told } = await scene();
    const set = async (actor: Actor): Promise<object> =>
      (
        await actor.client.run<{ timer: object }>(
          `mutation ($id: ID!) { timer: setDisappearing(conversationId: $id, seconds: 3600) { __typename ... on Problem { code } } }`,
          { id },
        )
      ).timer;
    expect(await set(follower)).toMatchObject(NOT_A_MEMBER);
    expect(await set(admin)).not.toHaveProperty('code');
    await sends(admin, id, 'text: "for an hour"');
    const { message } = (await told.sees('MessageAdded')) as unknown as { message: { expiresAt: string | null } };
    expect(message.expiresAt).not.toBeNull();
  });
});
