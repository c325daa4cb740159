import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connect } from '../../kit/client.js';
import { acknowledgeUpTo, currentCursor, sendText, type Update } from '../../kit/documents.js';
import { actors, testApp, type Actor, type TestApp } from '../../kit/testApp.js';
import { changed, changes, plainId } from '../preferences/kit.js';
import { create, follow, hears, mutate, settled } from './kit.js';

let server: TestApp;
beforeAll(async () => {
  server = await testApp();
});
afterAll(() => server.close());

interface Seen {
  readonly unreadCount: number;
  readonly watermarks: readonly { readonly accountId: string; readonly readUpTo: number }[];
}

async function seen(actor: Actor, id: string): Promise<Seen> {
  await settled(server);
  const { conversation } = await actor.client.run<{ conversation: Seen }>(
    'query ($id: ID!) { conversation(id: $id) { unreadCount watermarks { accountId readUpTo } } }',
    { id },
  );
  return conversation;
}
const unread = async (actor: Actor, id: string): Promise<number> => (await seen(actor, id)).unreadCount;

async function totals(actor: Actor): Promise<object> {
  await settled(server);
  const fields = 'chats messages mutedMessages archivedMessages';
  return (await actor.client.run<{ unreadTotals: object }>(`{ unreadTotals { ${fields} } }`)).unreadTotals;
}

async function streamOf(stream: string): Promise<{ type: string; data: object }[]> {
  const events: { type: string; data: object }[] = [];
  for await (const { type, data } of server.app.eventStore.readStream(stream)) events.push({ type, data });
  return events;
}

const receiptOf = (actor: Actor, id: string, readUpTo: number) => (update: Update) =>
  update.__typename === 'ReceiptAdvanced' &&
  update.conversationId === id &&
  update.accountId === actor.accountId &&
  update.readUpTo === readUpTo;

/** A channel with a message, and its followers after that. */
async function channel(followers: number): Promise<[string, Actor, ...Actor[]]> {
  const [owner, ...others] = (await actors(server, followers + 1)) as [Actor, ...Actor[]];
  const { id } = (await create(owner)).channel;
  await sendText(owner.client, id, 'm0', 'before');
  for (const other of others) await follow(other, id);
  return [id, owner, ...others];
}

describe('a follower', () => {
  it('has unread what was said since it follows, until it has read it', async () => {
    const [id, owner, reader] = (await channel(1)) as [string, Actor, Actor];
    expect(await unread(reader, id)).toBe(0);
    const sent = [];
    for (const text of ['one', 'two', 'three']) sent.push(await sendText(owner.client, id, text, text));
    expect(await unread(reader, id)).toBe(3);
    expect(await totals(reader)).toMatchObject({ chats: 1, messages: 3 });
    await acknowledgeUpTo(reader.client, id, { readUpTo: sent[1]!.seq });
    expect(await unread(reader, id)).toBe(1);
    // A watermark never goes back; and what only came to a device is not read.
    await acknowledgeUpTo(reader.client, id, { readUpTo: sent[0]!.seq });
    await acknowledgeUpTo(reader.client, id, { deliveredUpTo: sent[2]!.seq });
    expect(await seen(reader, id)).toEqual({
      unreadCount: 1,
      watermarks: [{ accountId: reader.accountId, readUpTo: sent[1]!.seq }],
    });
    await expect(acknowledgeUpTo(reader.client, id, { readUpTo: sent[2]!.seq + 1 })).rejects.toMatchObject({
      code: 'BEYOND_HEAD',
    });
    await acknowledgeUpTo(reader.client, id, { readUpTo: sent[2]!.seq });
    expect(await totals(reader)).toMatchObject({ chats: 0, messages: 0 });
  });

  it('may acknowledge as soon as it follows, on any node', async () => {
    const [id, owner] = (await channel(0)) as [string, Actor];
    const { seq } = await sendText(owner.client, id, 'm1', 'first');
    const node = await server.another();
    const readers = await actors(server, 8);
    for (const reader of readers) {
      await follow(reader, id);
      const client = await connect(node.url, { token: reader.token });
      await acknowledgeUpTo(client, id, { readUpTo: seq });
      client.terminate();
    }
    await node.app.stop();
  });

  it('tells its own devices how far it is, live and by cursor, and nobody else', async () => {
    const [id, owner, reader, other] = (await channel(2)) as [string, Actor, Actor, Actor];
    await Promise.all([owner, reader, other].map((actor) => actor.follow()));
    const cursor = await currentCursor(reader.client);
    const { seq, messageId } = await sendText(owner.client, id, 'm1', 'read me');
    await Promise.all([owner, reader, other].map((actor) => hears(actor, 'read me')));
    await acknowledgeUpTo(reader.client, id, { readUpTo: seq });
    expect(await reader.sees(receiptOf(reader, id, seq))).toMatchObject({ deviceId: reader.deviceId });
    reader.client.terminate();
    await reader.closed;
    reader.updates.length = 0;
    await settled(server);
    await reader.connect();
    await reader.follow(cursor);
    await reader.sees(receiptOf(reader, id, seq));

    await sendText(owner.client, id, 'm2', 'after it');
    await Promise.all([owner, other].map((actor) => hears(actor, 'after it')));
    for (const actor of [owner, other]) {
      expect(JSON.stringify(actor.updates)).not.toContain(reader.accountId);
      expect(actor.updates.map(({ update }) => update.__typename)).not.toContain('ReceiptAdvanced');
      expect(actor.updates.map(({ update }) => update.__typename)).not.toContain('GroupReceiptAdvanced');
    }
    // Nor by asking, nor to who has the channel's streams.
    const { message, messageInfo } = await owner.client.run<{ message: object; messageInfo: object }>(
      `query ($id: ID!) { message(id: $id) { status }
         messageInfo(messageId: $id) { members { edges { node { account { id } } } } } }`,
      { id: messageId },
    );
    expect([message, messageInfo]).toEqual([{ status: 'SENT' }, { members: { edges: [] } }]);
    expect((await seen(owner, id)).watermarks.map(({ accountId }) => accountId)).toEqual([owner.accountId]);
    const uuid = plainId(id);
    expect(await streamOf(`receipts-${uuid}`)).toEqual([]);
    const theirs = JSON.stringify(await streamOf(`conversation-${uuid}`));
    for (const { accountId } of [reader, other]) expect(theirs).not.toContain(plainId(accountId));
    expect(await streamOf(`reads-${plainId(reader.accountId)}`)).toEqual([
      { type: 'ChannelRead', data: { channelId: uuid, deviceId: plainId(reader.deviceId), upTo: seq } },
    ]);
  });

  it('writes the highest of a burst, and nothing for what is stale or equal', async () => {
    const [id, owner, reader] = (await channel(1)) as [string, Actor, Actor];
    const seqs: number[] = [];
    for (let index = 0; index < 20; index += 1)
      seqs.push((await sendText(owner.client, id, `m${String(index + 1)}`, 'hi')).seq);
    await Promise.all(seqs.map((readUpTo) => acknowledgeUpTo(reader.client, id, { readUpTo })));
    for (const readUpTo of seqs) await acknowledgeUpTo(reader.client, id, { readUpTo });
    const written = (await streamOf(`reads-${plainId(reader.accountId)}`)).map(
      ({ data }) => (data as { upTo: number }).upTo,
    );
    expect(written.length).toBeLessThan(seqs.length);
    expect(written).toEqual([...new Set(written)].sort((a, b) => a - b));
    expect(written.at(-1)).toBe(seqs.at(-1));
    expect(await unread(reader, id)).toBe(0);
  });

  it('keeps the chat its own way: mute, archive, pin, mark, clear, delete', async () => {
    const [id, owner, reader, stranger] = (await channel(2)) as [string, Actor, Actor, Actor];
    await follow(stranger, id, false);
    await settled(server);
    const { seq } = await sendText(owner.client, id, 'm1', 'one');
    for (const change of ['muteChat', 'archiveChat', 'pinChat', 'markChatUnread', 'clearChat'])
      expect(await changes(stranger.client, change, id)).toMatchObject({ code: 'NOT_A_MEMBER' });
    await changed(reader.client, 'muteChat', id);
    expect(await totals(reader)).toMatchObject({ chats: 1, messages: 1, mutedMessages: 1 });
    await changed(reader.client, 'archiveChat', id);
    expect(await totals(reader)).toMatchObject({ chats: 0, messages: 0, archivedMessages: 1 });
    await changed(reader.client, 'pinChat', id);
    await changed(reader.client, 'unmuteChat', id);
    expect(await totals(reader)).toMatchObject({ chats: 1, messages: 1, mutedMessages: 0, archivedMessages: 0 });
    await acknowledgeUpTo(reader.client, id, { readUpTo: seq });
    await changed(reader.client, 'markChatUnread', id);
    expect(await totals(reader)).toMatchObject({ chats: 1, messages: 0 });
    await changed(reader.client, 'markChatRead', id);
    expect(await totals(reader)).toMatchObject({ chats: 0, messages: 0 });
    const { seq: second } = await sendText(owner.client, id, 'm2', 'two');
    expect((await changed(reader.client, 'clearChat', id)).preferences.clearedTo).toBe(second);
    expect(await totals(reader)).toMatchObject({ chats: 0, messages: 0 });
    await sendText(owner.client, id, 'm3', 'three');
    expect(await unread(reader, id)).toBe(1);
    await changed(reader.client, 'deleteChat', id);
    expect(await totals(reader)).toMatchObject({ chats: 0, messages: 0 });
    await sendText(owner.client, id, 'm4', 'four');
    expect(await totals(reader)).toMatchObject({ chats: 1, messages: 1 });
  });

  it('who is gone has nothing unread, and nothing to acknowledge; who comes back has what comes then', async () => {
    const [id, owner, reader] = (await channel(1)) as [string, Actor, Actor];
    const { seq } = await sendText(owner.client, id, 'm1', 'one');
    await acknowledgeUpTo(reader.client, id, { readUpTo: seq });
    await follow(reader, id, false);
    await settled(server);
    await expect(acknowledgeUpTo(reader.client, id, { readUpTo: seq })).rejects.toMatchObject({ code: 'NOT_A_MEMBER' });
    await sendText(owner.client, id, 'm2', 'unheard');
    expect(await totals(reader)).toMatchObject({ chats: 0, messages: 0 });
    await follow(reader, id);
    expect(await unread(reader, id)).toBe(0);
    await sendText(owner.client, id, 'm3', 'heard');
    expect(await unread(reader, id)).toBe(1);
  });
});

describe('an admin', () => {
  it('has its own position, as a follower has, and tells nobody of it', async () => {
    const [id, owner, admin] = (await channel(1)) as [string, Actor, Actor];
    const { seq: first } = await sendText(owner.client, id, 'm1', 'one');
    await acknowledgeUpTo(admin.client, id, { readUpTo: first });
    await mutate(owner, 'setChannelAdmin', { channelId: id, accountId: admin.accountId, admin: true });
    expect(await unread(admin, id)).toBe(0);
    await Promise.all([owner.follow(), admin.follow()]);
    const { seq, messageId } = await sendText(owner.client, id, 'm2', 'two');
    await hears(admin, 'two');
    expect([await unread(owner, id), await unread(admin, id)]).toEqual([0, 1]);
    await acknowledgeUpTo(admin.client, id, { readUpTo: seq });
    await admin.sees(receiptOf(admin, id, seq));
    expect(await unread(admin, id)).toBe(0);
    // To write moves one's own, here too.
    await sendText(owner.client, id, 'm3', 'three');
    await sendText(admin.client, id, 'm4', 'four');
    expect([await unread(owner, id), await unread(admin, id)]).toEqual([1, 0]);
    await hears(owner, 'four');
    expect(owner.updates.map(({ update }) => update.__typename)).not.toContain('GroupReceiptAdvanced');
    const { message } = await owner.client.run<{ message: object }>(
      'query ($id: ID!) { message(id: $id) { status } }',
      {
        id: messageId,
      },
    );
    expect(message).toEqual({ status: 'SENT' });
    expect(await streamOf(`receipts-${plainId(id)}`)).toEqual([]);
  });

  it('that is one no more is told of nothing until it follows again', async () => {
    const [id, owner, admin] = (await channel(1)) as [string, Actor, Actor];
    await admin.follow();
    const named = { channelId: id, accountId: admin.accountId, admin: true };
    await mutate(owner, 'setChannelAdmin', named);
    await mutate(owner, 'setChannelAdmin', { ...named, admin: false });
    await sendText(owner.client, id, 'm1', 'unheard');
    expect(await unread(admin, id)).toBe(0);
    await follow(admin, id);
    await admin.sees((update) => update.__typename === ('ChannelFollowUpdate' as string));
    await sendText(owner.client, id, 'm2', 'heard');
    await hears(admin, 'heard');
    expect(admin.updates.map(({ update }) => ('message' in update ? update.message.content.text : ''))).not.toContain(
      'unheard',
    );
    expect(await unread(admin, id)).toBe(1);
  });
});
