import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeId } from '../../../src/api/kit/nodeIds.js';
import { followersOf, runWorkers } from '../../../src/main/workers.js';
import { manualClock } from '../../kit/clock.js';
import { acknowledgeUpTo, sendText } from '../../kit/documents.js';
import { actors, testApp, type Actor, type TestApp } from '../../kit/testApp.js';
import { block } from '../contacts/kit.js';
import { does, edit, follow, reads, remove, sends, type Feed, type Told } from '../messages/kit.js';
import { createList, deliveries } from './kit.js';

const MINUTE = 60_000;

async function listOf(author: Actor, ...recipients: readonly Actor[]): Promise<string> {
  const made = await createList(
    author,
    'list',
    recipients.map(({ accountId }) => accountId),
  );
  return made.list.conversation.id;
}

async function copyOf(feed: Feed, text: string): Promise<{ readonly id: string; readonly seq: number }> {
  const matches = ({ message }: Told): boolean =>
    (message as { content: { text?: string } } | undefined)?.content.text === text;
  await expect.poll(() => feed.told.some(matches)).toBe(true);
  return feed.told.find(matches)!['message'] as { id: string; seq: number };
}

const history = async (actor: Actor, id: string): Promise<readonly string[]> =>
  (
    await actor.client.run<{ editHistory: readonly { readonly text: string }[] }>(
      'query ($id: ID!) { editHistory(messageId: $id) { text } }',
      { id },
    )
  ).editHistory.map(({ text }) => text);

async function statuses(author: Actor, messageId: string): Promise<readonly string[]> {
  return ((await deliveries(author, messageId)) ?? []).map(({ status }) => status);
}

/** How many entries of a kind are in direct conversations. */
async function written(server: TestApp, kind: string): Promise<number> {
  const { rows } = await server.app.readStore.pool.query<{ count: number }>(
    "SELECT count(*)::int AS count FROM timeline t JOIN conversations c ON c.id = t.conversation_id WHERE c.kind = 'direct' AND t.kind = $1",
    [kind],
  );
  return rows[0]!.count;
}

describe('what becomes of a message to a list', () => {
  let server: TestApp;
  beforeAll(async () => {
    server = await testApp();
  });
  afterAll(() => server.close());

  it('becomes of its copies: each edit in order, the deletion, once', async () => {
    const [author, ann, bob] = (await actors(server, 3)) as [Actor, Actor, Actor];
    const feeds = await Promise.all([follow(ann), follow(bob)]);
    const list = await listOf(author, ann, bob);
    const { messageId } = await sendText(author.client, list, 'm', 'frist');
    const copies = await Promise.all(feeds.map((feed) => copyOf(feed, 'frist')));
    for (const text of ['first', 'First!']) await edit(author, messageId, text);
    await Promise.all(feeds.map((feed) => feed.sees('MessageEdited', { text: 'First!' })));
    for (const [index, reader] of [ann, bob].entries()) {
      expect(feeds[index]!.of('MessageEdited')).toMatchObject([
        { targetSeq: copies[index]!.seq, text: 'first', accountId: author.accountId },
        { targetSeq: copies[index]!.seq, text: 'First!' },
      ]);
      await expect.poll(() => history(reader, copies[index]!.id)).toEqual(['frist', 'first', 'First!']);
    }
    expect(await remove(author, messageId)).toMatchObject({ __typename: 'MessageChanged' });
    await Promise.all(feeds.map((feed, n) => feed.sees('MessageDeleted', { targetSeq: copies[n]!.seq })));

    // As after a crash before the checkpoint was saved, in a node that takes over.
    const counts = async (): Promise<readonly number[]> =>
      Promise.all(['message_edited', 'message_deleted'].map((kind) => written(server, kind)));
    await expect.poll(counts).toEqual([4, 2]);
    await server.app.readStore.pool.query('UPDATE worker_checkpoints SET position = position - 1000000');
    server = await server.restart();
    await Promise.all([author, ann].map((actor) => actor.connect(server.url)));
    const back = await follow(ann, feeds[0].cursor);
    await sendText(author.client, list, 'fence', 'fence');
    await copyOf(back, 'fence');
    expect(await counts()).toEqual([4, 2]);
    expect(back.of('MessageEdited', 'MessageDeleted')).toEqual([]);
  });

  it('becomes of a location and a poll too', async () => {
    const [author, ann] = (await actors(server, 2)) as [Actor, Actor];
    const feed = await follow(ann);
    const list = await listOf(author, ann);
    const poll = await sends(author, list, 'poll: { question: "When?", options: ["now", "later"] }');
    await feed.sees('MessageAdded');
    await does(author, 'closePoll', `messageId: "${poll.messageId}"`, '{ __typename }');
    await feed.sees('PollChanged', { closed: true });
    const live = await sends(author, list, 'location: { latitude: 1, longitude: 1, liveForSeconds: 600 }');
    await does(author, 'stopLocation', `messageId: "${live.messageId}"`, '{ __typename }');
    await feed.sees('LocationChanged', { ended: true });
  });

  it('is withheld from who has blocked the author meanwhile; what is gone is gone', async () => {
    const [author, ann] = (await actors(server, 2)) as [Actor, Actor];
    const [feed, own] = await Promise.all([follow(ann), follow(author)]);
    const list = await listOf(author, ann);
    const { messageId } = await sendText(author.client, list, 'm', 'first');
    const { id } = await copyOf(feed, 'first');
    const { readToken } = await block(ann, author.accountId);
    await edit(author, messageId, 'second');
    const conversationId = (await deliveries(author, messageId))![0]!.conversationId;
    await own.sees('MessageEdited', { conversationId, text: 'second' });
    await server.app.projector.waitFor(await server.app.eventStore.head(), 5_000);
    expect((await reads(ann, id, readToken)).content).toMatchObject({ text: 'first' });
    await remove(author, messageId);
    await own.sees('MessageDeleted', { conversationId });
    await expect.poll(async () => (await reads(ann, id, readToken)).content).toMatchObject({ erased: true });
    expect(feed.of('MessageEdited', 'MessageDeleted')).toEqual([]);
  });

  it('shows its author no more than each recipient shows', async () => {
    const [author, ann, bob] = (await actors(server, 3)) as [Actor, Actor, Actor];
    const privacy = (actor: Actor, readReceipts: boolean): Promise<unknown> =>
      actor.client.run('mutation ($on: Boolean!) { updatePrivacy(input: { readReceipts: $on }) { __typename } }', {
        on: readReceipts,
      });
    const feeds = await Promise.all([follow(ann), follow(bob)]);
    const list = await listOf(author, ann, bob);
    await privacy(ann, false);
    const { messageId } = await sendText(author.client, list, 'm', 'news');
    for (const [index, reader] of [ann, bob].entries()) {
      const { seq } = await copyOf(feeds[index]!, 'news');
      const { conversationId } = feeds[index]!.told.find(({ __typename }) => __typename === 'MessageAdded')!;
      await acknowledgeUpTo(reader.client, conversationId!, { deliveredUpTo: seq, readUpTo: seq });
    }
    await expect.poll(async () => (await statuses(author, messageId)).toSorted()).toEqual(['DELIVERED', 'READ']);
    await privacy(author, false);
    await expect.poll(() => statuses(author, messageId)).toEqual(['DELIVERED', 'DELIVERED']);
  });
});

describe('a worker that comes late', () => {
  const clock = manualClock();
  let server: TestApp;
  beforeAll(async () => {
    server = await testApp({ ROLES: 'api', ACCESS_TOKEN_TTL_SECONDS: '86400' }, clock);
  });
  afterAll(() => server.close());

  it('carries what was in time at the message to the list', async () => {
    const [author, ann] = (await actors(server, 2)) as [Actor, Actor];
    const feed = await follow(ann);
    const list = await listOf(author, ann);
    const [kept, gone] = [
      await sendText(author.client, list, 'm1', 'kept'),
      await sendText(author.client, list, 'm2', 'gone'),
    ];
    clock.advance(14 * MINUTE);
    await edit(author, kept.messageId, 'kept!');
    const { readToken } = await remove(author, gone.messageId);
    await reads(author, gone.messageId, readToken);
    clock.advance(20 * 60 * MINUTE);
    expect(await edit(author, kept.messageId, 'late')).toMatchObject({ code: 'TOO_LATE' });

    const { app } = server;
    await app.readStore.pool.query("INSERT INTO worker_checkpoints (worker, position) VALUES ('broadcasts', -1)");
    const end = new AbortController();
    const running = runWorkers({ ...app, config: { ...app.config, roles: ['all'] } }, end.signal);
    await feed.sees('MessageEdited', { text: 'kept!' });
    await expect.poll(() => statuses(author, kept.messageId)).toEqual(['SENT']);
    // It was deleted before it was delivered: nobody ever has it.
    await sendText(author.client, list, 'fence', 'fence');
    await copyOf(feed, 'fence');
    expect(JSON.stringify(feed.told)).not.toContain('gone');
    end.abort();
    await running;
  });

  it('makes the copy that an edit finds missing, and none that only a deletion does', async () => {
    const [author, ann] = (await actors(server, 2)) as [Actor, Actor];
    const list = await listOf(author, ann);
    const edited = await sendText(author.client, list, 'm1', 'first');
    const deleted = await sendText(author.client, list, 'm2', 'gone');
    await edit(author, edited.messageId, 'second');
    const { readToken } = await remove(author, deleted.messageId);
    await reads(author, deleted.messageId, readToken);
    const { app } = server;
    const [follower] = followersOf(app);
    const stream = `conversation-${decodeId('conversation', list)}`;
    const events = [];
    for await (const event of app.eventStore.readStream(stream)) events.push(event);
    const opened = await app.open(events.slice(1));
    // What was given up is tried again after the rest.
    const [first, second, change, deletion] = opened;
    for (const event of [change, deletion, first, second, change])
      await follower!.handle(event!, new AbortController().signal, 0);
    const [copy, none] = [
      (await deliveries(author, edited.messageId))![0]!,
      (await deliveries(author, deleted.messageId))![0]!,
    ];
    const { readToken: at } = await sendText(ann.client, copy.conversationId, 'hi', 'hi');
    expect((await reads(ann, copy.messageId, at)).content).toMatchObject({ text: 'second' });
    expect(await history(ann, copy.messageId)).toEqual(['first', 'second']);
    expect(await reads(ann, none.messageId, at)).toBeNull();
  });
});
