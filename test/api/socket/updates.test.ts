import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cursorsOf } from '../../../src/api/live/cursors.js';
import { decodeId } from '../../../src/api/kit/nodeIds.js';
import { START, type Position } from '../../../src/platform/eventStore/port.js';
import { overtakenReceipts, replayPage } from '../../../src/projections/replay/replay.queries.js';
import { acknowledgeUpTo, currentCursor, sendText, startConversation, type Envelope } from '../../kit/documents.js';
import { actors, testApp, type Actor, type TestApp } from '../../kit/testApp.js';

let server: TestApp;
beforeAll(async () => {
  server = await testApp();
});
afterAll(() => server.close());

const texts = (updates: readonly Envelope[]): (string | undefined)[] =>
  updates.flatMap(({ update }) => (update.__typename === 'MessageAdded' ? [update.message.content.text] : []));
const isMessage =
  (text: string) =>
  (update: Envelope['update']): boolean =>
    update.__typename === 'MessageAdded' && update.message.content.text === text;

async function pair(): Promise<[Actor, Actor, string]> {
  const [alice, bob] = (await actors(server, 2)) as [Actor, Actor];
  return [alice, bob, await startConversation(alice.client, bob.accountId)];
}

describe('updates', () => {
  it('reach the recipient and the other devices of the sender, with what they say', async () => {
    const [alice, bob, conversation] = await pair();
    await Promise.all([alice.follow(), bob.follow()]);
    const sent = await sendText(alice.client, conversation, 'c1', 'hello');
    for (const actor of [alice, bob]) {
      expect(await actor.sees(isMessage('hello'))).toMatchObject({
        conversationId: conversation,
        message: { id: sent.messageId, seq: sent.seq, clientId: 'c1', authorId: alice.accountId, at: sent.at },
      });
    }
  });

  it('tell the sender how far the recipient has come', async () => {
    const [alice, bob, conversation] = await pair();
    await alice.follow();
    const { seq } = await sendText(alice.client, conversation, 'c1', 'read me');
    await acknowledgeUpTo(bob.client, conversation, { deliveredUpTo: seq, readUpTo: seq });
    expect(await alice.sees(({ __typename }) => __typename === 'ReceiptAdvanced')).toMatchObject({
      accountId: bob.accountId,
      deliveredUpTo: seq,
      readUpTo: seq,
    });
  });

  it('of receipts are whole where one had moved on before the replay that ends below it was read', async () => {
    const [alice, bob, conversation] = await pair();
    const { seq } = await sendText(alice.client, conversation, 'c1', 'first');
    const { seq: next } = await sendText(alice.client, conversation, 'c2', 'second');
    await acknowledgeUpTo(bob.client, conversation, { deliveredUpTo: seq, readUpTo: seq });
    const between = await server.app.eventStore.head();
    await acknowledgeUpTo(bob.client, conversation, { deliveredUpTo: next });
    const { pool } = server.app.readStore;
    await server.app.projector.waitFor(await server.app.eventStore.head(), 10_000);
    const scope = { accountId: decodeId('account', alice.accountId), conversationId: undefined };
    const of = { kind: 'watermark', accountId: decodeId('account', bob.accountId) };
    expect(await replayPage(pool, scope, START, between, 100)).not.toContainEqual(expect.objectContaining(of));
    expect(await overtakenReceipts(pool, scope, between)).toEqual([
      expect.objectContaining({ ...of, position: between, delivered: next, read: seq }),
    ]);
  });

  it('are resumed after a disconnect without a gap or a repeat, in order, then live', async () => {
    const [alice, bob, conversation] = await pair();
    await bob.follow();
    await sendText(alice.client, conversation, 'c0', 'before');
    await bob.sees(isMessage('before'));
    bob.client.terminate();
    await bob.closed;
    for (let n = 1; n <= 20; n += 1) await sendText(alice.client, conversation, `c${n}`, `missed ${n}`);
    await bob.connect();
    await bob.follow(bob.cursor);
    await sendText(alice.client, conversation, 'c21', 'live');
    await bob.sees(isMessage('live'));
    expect(texts(bob.updates)).toEqual(['before', ...Array.from({ length: 20 }, (_, n) => `missed ${n + 1}`), 'live']);
  });

  it('join a snapshot without a gap', async () => {
    const [alice, bob, conversation] = await pair();
    const cursor = await currentCursor(bob.client);
    await sendText(alice.client, conversation, 'c1', 'between snapshot and subscription');
    await bob.follow(cursor);
    expect(texts(bob.updates)).toEqual(['between snapshot and subscription']);
  });

  it('are told to resume elsewhere when the server stops, and go on after it starts again', async () => {
    const own = await testApp();
    const [alice, bob] = (await actors(own, 2)) as [Actor, Actor];
    const conversation = await startConversation(alice.client, bob.accountId);
    await bob.follow();
    const closing = bob.closed;
    const again = await own.restart();
    expect((await closing).code).toBe(1012);
    await Promise.all([alice.connect(again.url), bob.connect(again.url)]);
    await sendText(alice.client, conversation, 'c1', 'after');
    await bob.follow(bob.cursor);
    expect(texts(bob.updates)).toEqual(['after']);
    await again.close();
  });

  it('say when a cursor cannot be served: of another log, or past the head', async () => {
    const [alice] = await pair();
    const foreign = cursorsOf('another log').encodeCursor(1n as Position);
    const ours = cursorsOf(await server.app.eventStore.logId());
    const ahead = ours.encodeCursor(((await server.app.eventStore.head()) + 1_000n) as Position);
    await expect(alice.follow(foreign)).rejects.toMatchObject({ code: 'CURSOR_EXPIRED' });
    await expect(alice.follow(ahead)).rejects.toMatchObject({ code: 'CURSOR_EXPIRED' });
    await expect(alice.follow('nonsense')).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
  });

  it('of one conversation are for its members alone', async () => {
    const [alice, , conversation] = await pair();
    const [mallory] = (await actors(server, 1)) as [Actor];
    const document =
      'subscription ($id: ID!) { conversationUpdates(conversationId: $id) { cursor update { __typename } } }';
    const outcome = (actor: Actor): Promise<string> =>
      new Promise((resolve) => {
        actor.client.subscribe(
          document,
          { id: conversation },
          () => {
            resolve('served');
          },
          (error) => {
            resolve(error?.code ?? 'ended');
          },
        );
      });
    expect(await outcome(alice)).toBe('served');
    expect(await outcome(mallory)).toBe('FORBIDDEN');
  });

  it('of others are never seen', async () => {
    const [alice, , conversation] = await pair();
    const [mallory] = (await actors(server, 1)) as [Actor];
    const start = await currentCursor(mallory.client);
    await mallory.follow();
    await sendText(alice.client, conversation, 'c1', 'not for mallory');
    const [late] = (await actors(server, 1)) as [Actor];
    const own = await startConversation(late.client, mallory.accountId);
    await sendText(late.client, own, 'c1', 'for mallory');
    await mallory.sees(isMessage('for mallory'));
    expect(texts(mallory.updates)).toEqual(['for mallory']);
    await mallory.connect();
    mallory.updates.length = 0;
    await mallory.follow(start);
    expect(texts(mallory.updates)).toEqual(['for mallory']);
  });
});
