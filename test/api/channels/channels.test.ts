import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { acknowledgeUpTo, sendText } from '../../kit/documents.js';
import { actors, testApp, type Actor, type TestApp } from '../../kit/testApp.js';
import { create, follow, hears, mutate, page, problem, texts } from './kit.js';

describe('channels', () => {
  let server: TestApp;
  beforeAll(async () => {
    server = await testApp();
  });
  afterAll(() => server.close());

  it('have one handle each, and are found by it', async () => {
    const [owner, other] = (await actors(server, 2)) as [Actor, Actor];
    const { channel, changed, readToken } = await create(owner, 'daily_news');
    expect([channel.handle, channel.name, changed]).toEqual(['daily_news', 'The news', true]);
    expect(await create(owner, 'daily_news')).toMatchObject({ changed: false, channel: { id: channel.id } });
    expect(await create(other, 'daily_news')).toMatchObject({ code: 'HANDLE_TAKEN' });
    for (const handle of ['ab', 'Daily', 'a__b', '_ab', 'a b c', 'x'.repeat(33)])
      expect(await create(other, handle)).toMatchObject({ code: 'INVALID_TEXT' });
    const find =
      'query ($handle: String!, $at: ReadToken) { channel(handle: $handle, atLeast: $at) { id name following followerCount } }';
    const found = await other.client.run<{ channel: unknown }>(find, { handle: 'daily_news', at: readToken });
    expect(found.channel).toEqual({ id: channel.id, name: 'The news', following: false, followerCount: 0 });
    expect((await other.client.run<{ channel: unknown }>(find, { handle: 'nightly' })).channel).toBeNull();
    expect(await page(other, channel.id)).toBeNull();
  });

  it('tell their followers, live and from the beginning, and nobody of them', async () => {
    const [owner, early, late, stranger] = (await actors(server, 4)) as [Actor, Actor, Actor, Actor];
    const { channel } = await create(owner);
    const { id } = channel;
    await Promise.all([owner, early, late, stranger].map((actor) => actor.follow()));
    await follow(early, id);
    await early.sees((update) => update.__typename === ('ChannelFollowUpdate' as string));
    await sendText(owner.client, id, 'm1', 'first');
    await hears(early, 'first');
    const followed = await follow(late, id);
    expect(await page(late, id, followed)).toEqual(['first']);
    await sendText(owner.client, id, 'm2', 'second');
    await Promise.all([early, late, owner].map((actor) => hears(actor, 'second')));
    expect([texts(early), texts(late), texts(stranger)]).toEqual([['first', 'second'], ['second'], []]);
    for (const actor of [early, stranger])
      await expect(sendText(actor.client, id, 'x', 'me too')).rejects.toMatchObject({ code: 'NOT_A_MEMBER' });
    // Neither the owner nor another follower hears who follows.
    for (const actor of [owner, early]) expect(JSON.stringify(actor.updates)).not.toContain(late.accountId);
    const { conversation } = await early.client.run<{ conversation: { members: unknown } }>(
      'query ($id: ID!) { conversation(id: $id) { members { edges { node { account { id } } } } } }',
      { id },
    );
    expect(conversation.members).toEqual({ edges: [{ node: { account: { id: owner.accountId } } }] });

    const left = await follow(early, id, false);
    await vi.waitFor(() =>
      expect(
        early.updates.filter(({ update }) => update.__typename === ('ChannelFollowUpdate' as string)),
      ).toHaveLength(2),
    );
    await sendText(owner.client, id, 'm3', 'third');
    await hears(late, 'third');
    expect(texts(early)).toEqual(['first', 'second']);
    expect(await page(early, id, left)).toBeNull();
  });

  it('are followed or not as was said last, however soon', async () => {
    const [owner, ...readers] = (await actors(server, 6)) as [Actor, ...Actor[]];
    const { id } = (await create(owner)).channel;
    for (const reader of readers) {
      for (const following of [true, false, false, true, true, false]) await follow(reader, id, following);
      expect(await page(reader, id, await follow(reader, id, false))).toBeNull();
      expect(await page(reader, id, await follow(reader, id))).toEqual([]);
    }
  });

  it('tell who subscribes to the one channel, until it unfollows', async () => {
    const [owner, reader, stranger] = (await actors(server, 3)) as [Actor, Actor, Actor];
    const { id } = (await create(owner)).channel;
    const document = `subscription ($id: ID!) { conversationUpdates(conversationId: $id) { cursor update { __typename
      ... on MessageAdded { message { seq } } ... on ReceiptAdvanced { readUpTo } } } }`;
    const told: string[] = [];
    const subscribe = (actor: Actor, live: () => void): Promise<{ readonly code: string } | undefined> =>
      new Promise((ended) => {
        actor.client.subscribe<{ conversationUpdates: { update: { __typename: string } } }>(
          document,
          { id },
          ({ conversationUpdates: { update } }) => {
            told.push(update.__typename);
            live();
          },
          ended,
        );
      });
    expect(await subscribe(stranger, () => undefined)).toMatchObject({ code: 'FORBIDDEN' });
    // However soon after the following.
    await follow(reader, id);
    let ended: Promise<unknown> = Promise.resolve();
    await new Promise<void>((live) => {
      ended = subscribe(reader, live);
    });
    const { seq } = await sendText(owner.client, id, 'm1', 'one');
    await vi.waitFor(() => expect(told).toContain('MessageAdded'));
    await acknowledgeUpTo(reader.client, id, { readUpTo: seq });
    await vi.waitFor(() => expect(told).toContain('ReceiptAdvanced'));
    await follow(reader, id, false);
    expect(await ended).toBeUndefined();
    await sendText(owner.client, id, 'm2', 'two');
    expect(told).toEqual(['CursorAdvanced', 'MessageAdded', 'ReceiptAdvanced']);
  });

  it('are resumed like all else, on any node', async () => {
    const [owner, reader] = (await actors(server, 2)) as [Actor, Actor];
    const { channel } = await create(owner);
    await sendText(owner.client, channel.id, 'm0', 'before');
    await reader.follow();
    await follow(reader, channel.id);
    await reader.sees((update) => update.__typename === ('ChannelFollowUpdate' as string));
    const cursor = reader.cursor;
    reader.client.terminate();
    await reader.closed;
    for (const text of ['one', 'two']) await sendText(owner.client, channel.id, text, text);
    const node = await server.another();
    await reader.connect(node.url);
    await reader.follow(cursor);
    await hears(reader, 'two');
    await sendText(owner.client, channel.id, 'three', 'three');
    await hears(reader, 'three');
    expect(texts(reader)).toEqual(['one', 'two', 'three']);
    reader.client.terminate();
    await reader.closed;
    await node.app.stop();
  });

  it('lose nothing that is said while a subscription begins', async () => {
    const [owner, ...readers] = (await actors(server, 9)) as [Actor, ...Actor[]];
    const { channel } = await create(owner);
    await Promise.all(readers.map((reader) => follow(reader, channel.id)));
    await vi.waitFor(async () => expect(await page(readers[0]!, channel.id)).toEqual([]));
    const cursors = await Promise.all(
      readers.map(
        async (reader) =>
          (await reader.client.run<{ snapshot: { cursor: string } }>('{ snapshot { cursor } }')).snapshot.cursor,
      ),
    );
    const said = Array.from({ length: 40 }, (_, index) => `n${String(index)}`);
    const saying = (async () => {
      for (const text of said) await sendText(owner.client, channel.id, text, text);
    })();
    for (const [index, reader] of readers.entries()) await reader.follow(cursors[index]);
    await saying;
    await Promise.all(readers.map((reader) => hears(reader, said.at(-1)!)));
    for (const reader of readers) expect(texts(reader)).toEqual(said);
  });

  it('are written by admins, whom the owner names', async () => {
    const [owner, helper, other] = (await actors(server, 3)) as [Actor, Actor, Actor];
    const { channel } = await create(owner);
    const { id } = channel;
    await Promise.all([helper, other].map((actor) => actor.follow()));
    await Promise.all([helper, other].map((actor) => follow(actor, id)));
    const admin = { channelId: id, accountId: helper.accountId, admin: true };
    expect(await mutate(other, 'setChannelAdmin', admin)).toMatchObject({ code: 'NOT_ALLOWED' });
    expect(await mutate(owner, 'setChannelAdmin', admin)).toMatchObject({ changed: true });
    await sendText(helper.client, id, 'm1', 'by the helper');
    await Promise.all([helper, other].map((actor) => hears(actor, 'by the helper')));
    expect(texts(helper)).toEqual(['by the helper']);
    expect(await mutate(helper, 'updateChannel', { channelId: id, name: 'Better news' })).toMatchObject({
      channel: { name: 'Better news' },
    });
    expect(await mutate(other, 'updateChannel', { channelId: id, name: 'Mine' })).toMatchObject({
      code: 'NOT_ALLOWED',
    });
    expect(await mutate(owner, 'setChannelAdmin', { ...admin, admin: false })).toMatchObject({ changed: true });
    await expect(sendText(helper.client, id, 'm2', 'still here')).rejects.toMatchObject({ code: 'NOT_A_MEMBER' });
    const again = await follow(helper, id);
    expect(await page(helper, id, again)).toEqual(['by the helper']);
    expect(await follow(helper, `cnv_${'0'.repeat(32)}`)).toBe('NO_SUCH_CHANNEL');
  });

  it('keep their owner; an admin may step down', async () => {
    const [owner, helper] = (await actors(server, 2)) as [Actor, Actor];
    const { channel } = await create(owner);
    const admin = { channelId: channel.id, accountId: helper.accountId, admin: true };
    expect(await mutate(helper, 'setChannelAdmin', { ...admin, admin: false })).toMatchObject({ code: 'NOT_ALLOWED' });
    expect(await mutate(owner, 'setChannelAdmin', admin)).toMatchObject({ changed: true });
    await sendText(helper.client, channel.id, 'm1', 'farewell');
    for (const changed of [true, false])
      expect(await mutate(helper, 'setChannelAdmin', { ...admin, admin: false })).toMatchObject({ changed });
    await expect(sendText(helper.client, channel.id, 'm2', 'still here')).rejects.toMatchObject({
      code: 'NOT_A_MEMBER',
    });
    const itself = { ...admin, accountId: owner.accountId, admin: false };
    expect(await mutate(owner, 'setChannelAdmin', itself)).toMatchObject({ code: 'NOT_ALLOWED' });
    await sendText(owner.client, channel.id, 'm3', 'goes on');
  });

  it('are called what is left of the texts without white space around it', async () => {
    const [owner] = (await actors(server, 1)) as [Actor];
    const { channel } = await create(owner);
    const avatarOf = async (avatar: string): Promise<unknown> => {
      const { made } = await owner.client.run<{ made: { channel: object } }>(
        `mutation ($input: UpdateChannelInput!) { made: updateChannel(input: $input) {
           ... on ChannelSaved { channel { name avatar } } ${problem} } }`,
        { input: { channelId: channel.id, name: ' Weekly ', avatar } },
      );
      return made.channel;
    };
    expect(await avatarOf(' https://example.org/a.png\n')).toEqual({
      name: 'Weekly',
      avatar: 'https://example.org/a.png',
    });
    expect(await avatarOf(' ')).toEqual({ name: 'Weekly', avatar: null });
  });
});
