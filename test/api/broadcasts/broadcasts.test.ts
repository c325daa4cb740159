import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { acknowledgeUpTo, sendText, startConversation } from '../../kit/documents.js';
import { actors, testApp, type Actor, type TestApp } from '../../kit/testApp.js';
import { createList, deliveries, hears, texts, updateList } from './kit.js';

describe('broadcast lists', () => {
  let server: TestApp;
  beforeAll(async () => {
    server = await testApp();
  });
  afterAll(() => server.close());

  it('reach each recipient alone, in the direct conversation, in order', async () => {
    const [author, ann, bob] = (await actors(server, 3)) as [Actor, Actor, Actor];
    await Promise.all([author, ann, bob].map((actor) => actor.follow()));
    const before = await startConversation(author.client, ann.accountId);
    const { list, changed, notAdded } = await createList(author, 'l1', [ann.accountId, bob.accountId]);
    expect([list.name, changed, notAdded, list.conversation.kind]).toEqual(['Neighbours', true, [], 'BROADCAST']);
    expect(new Set(list.recipients.map(({ id }) => id))).toEqual(new Set([ann.accountId, bob.accountId]));
    for (const text of ['one', 'two', 'three']) await sendText(author.client, list.conversation.id, text, text);
    const [heard] = await Promise.all([hears(ann, 'three'), hears(bob, 'three'), hears(author, 'three')]);
    expect(heard).toMatchObject({ conversationId: before, message: { authorId: author.accountId } });
    expect(texts(ann)).toEqual(['one', 'two', 'three']);
    // Nothing of the list itself, and nothing of each other.
    const seen = JSON.stringify([ann.updates, bob.updates]);
    expect(seen).not.toContain(list.conversation.id);
    expect(JSON.stringify(ann.updates)).not.toContain(bob.accountId);
    for (const actor of [ann, bob]) {
      await expect(sendText(actor.client, list.conversation.id, 'x', 'reply')).rejects.toMatchObject({
        code: 'NOT_A_MEMBER',
      });
      const { broadcastList } = await actor.client.run<{ broadcastList: unknown }>(
        'query ($id: ID!) { broadcastList(id: $id) { name } }',
        { id: list.conversation.id },
      );
      expect(broadcastList).toBeNull();
    }
  });

  it('show their author how far each message has come', async () => {
    const [author, ann, bob] = (await actors(server, 3)) as [Actor, Actor, Actor];
    await Promise.all([author, ann, bob].map((actor) => actor.follow()));
    const { list } = await createList(author, 'l1', [ann.accountId, bob.accountId]);
    const { messageId } = await sendText(author.client, list.conversation.id, 'm1', 'news');
    const copy = await hears(ann, 'news');
    await hears(bob, 'news');
    if (copy.__typename !== 'MessageAdded') throw new Error('no message');
    await acknowledgeUpTo(ann.client, copy.conversationId, { readUpTo: copy.message.seq });
    await vi.waitFor(async () => {
      const found = (await deliveries(author, messageId)) ?? [];
      expect(Object.fromEntries(found.map(({ accountId, status }) => [accountId, status]))).toEqual({
        [ann.accountId]: 'READ',
        [bob.accountId]: 'SENT',
      });
      expect(found.find(({ accountId }) => accountId === ann.accountId)).toMatchObject({
        conversationId: copy.conversationId,
        messageId: copy.message.id,
      });
    }, 5_000);
    expect(await deliveries(ann, messageId)).toBeNull();
    expect(await deliveries(author, copy.message.id)).toBeNull();
  });

  it('deliver to those who are in the list when it is sent', async () => {
    const [author, ann, bob] = (await actors(server, 3)) as [Actor, Actor, Actor];
    await Promise.all([ann, bob].map((actor) => actor.follow()));
    const { list } = await createList(author, 'l1', [ann.accountId]);
    const { id } = list.conversation;
    await sendText(author.client, id, 'm1', 'to ann');
    const update = { conversationId: id, name: 'Others', add: [bob.accountId], remove: [ann.accountId] };
    expect(await updateList(author, update)).toMatchObject({
      changed: true,
      list: { name: 'Others', recipients: [{ id: bob.accountId }] },
    });
    await sendText(author.client, id, 'm2', 'to bob');
    await Promise.all([hears(ann, 'to ann'), hears(bob, 'to bob')]);
    expect([texts(ann), texts(bob)]).toEqual([['to ann'], ['to bob']]);
    expect(await updateList(ann, update)).toMatchObject({ code: 'NOT_A_MEMBER' });
    expect(await updateList(author, { ...update, name: ' ' })).toMatchObject({ code: 'INVALID_TEXT' });
  });

  it('are created once, and refuse what is no list', async () => {
    const [author, ann] = (await actors(server, 2)) as [Actor, Actor];
    const first = await createList(author, 'same', [ann.accountId]);
    const nobody = `acc_${'0'.repeat(32)}`;
    const again = await createList(author, 'same', [nobody]);
    expect(again).toMatchObject({ changed: false, list: { conversation: first.list.conversation } });
    expect(await createList(author, 'other', [nobody])).toMatchObject({ code: 'NO_RECIPIENTS' });
    expect(await createList(author, 'other', [author.accountId])).toMatchObject({ code: 'NO_RECIPIENTS' });
    expect(await createList(author, 'other', [nobody, ann.accountId])).toMatchObject({ notAdded: [nobody] });
  });

  it('deliver once, whatever node does it and however often', async () => {
    const [author, ann, bob] = (await actors(server, 3)) as [Actor, Actor, Actor];
    await Promise.all([ann, bob].map((actor) => actor.follow()));
    const { list } = await createList(author, 'l1', [ann.accountId, bob.accountId]);
    await sendText(author.client, list.conversation.id, 'm1', 'once');
    await Promise.all([hears(ann, 'once'), hears(bob, 'once')]);
    // As after a crash before the checkpoint was saved, in a node that takes over.
    await server.app.readStore.pool.query('UPDATE worker_checkpoints SET position = position - 1000000');
    const next = await server.restart();
    const { pool } = next.app.readStore;
    await Promise.all([author, ann, bob].map((actor) => actor.connect(next.url)));
    await ann.follow(ann.cursor);
    await sendText(author.client, list.conversation.id, 'm2', 'twice');
    await hears(ann, 'twice');
    await vi.waitFor(async () => {
      const { rows } = await pool.query<{ text: string; copies: number }>(
        `SELECT text, count(*)::int AS copies FROM timeline WHERE text IN ('once', 'twice') GROUP BY 1 ORDER BY 1`,
      );
      expect(rows).toEqual([
        { text: 'once', copies: 3 },
        { text: 'twice', copies: 3 },
      ]);
    }, 5_000);
    server = next;
  });
});
