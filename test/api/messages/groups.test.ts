import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sendText } from '../../kit/documents.js';
import { createGroup } from '../../kit/groups.js';
import { actors, testApp, type Actor, type TestApp } from '../../kit/testApp.js';
import { does, follow, react, reads, remove, sends } from './kit.js';

let server: TestApp;
let node: TestApp;
beforeAll(async () => {
  server = await testApp();
  node = await server.another();
});
afterAll(async () => {
  await node.app.stop();
  await server.close();
});

const CHANGED = '{ __typename ... on MessageChanged { seq readToken } ... on Problem { code } }';

/** The first of three owns it. */
async function group(): Promise<readonly [Actor, Actor, Actor, string]> {
  const [owner, hal, ida] = (await actors(server, 3)) as [Actor, Actor, Actor];
  const memberIds = [hal.accountId, ida.accountId];
  const { id } = await createGroup(owner.client, { clientId: 'g', name: 'Three', memberIds });
  return [owner, hal, ida, id];
}

describe('in a group', () => {
  it('admins delete and pin what any member said; members only their own', async () => {
    const [owner, hal, ida, id] = await group();
    const feed = await follow(ida);
    const { messageId, seq } = await sendText(hal.client, id, 'g1', 'of hal');
    const pin = (actor: Actor): Promise<unknown> => does(actor, 'pinMessage', `messageId: "${messageId}"`, CHANGED);
    expect(await pin(hal)).toMatchObject({ code: 'NOT_ALLOWED' });
    expect(await pin(owner)).toMatchObject({ __typename: 'MessageChanged' });
    expect(await remove(ida, messageId)).toMatchObject({ code: 'NOT_ALLOWED' });
    const { readToken } = await remove(owner, messageId);
    await feed.sees('MessageDeleted', { targetSeq: seq, accountId: owner.accountId });
    expect(await reads(hal, messageId, readToken)).toMatchObject({
      ...{ content: { __typename: 'ErasedContent' }, deletedBy: owner.accountId, pinned: false },
    });
  });

  it('everyone can be mentioned', async () => {
    const [, hal, ida, id] = await group();
    const { readToken } = await sends(hal, id, 'text: "@all", mentionEveryone: true');
    const { conversation } = await ida.client.run<{ conversation: unknown }>(
      'query ($id: ID!, $atLeast: ReadToken) { conversation(id: $id, atLeast: $atLeast) { unreadMentions } }',
      { id, atLeast: readToken },
    );
    expect(conversation).toEqual({ unreadMentions: 1 });
  });

  it('what is decided through two nodes at once is never decided on what was', async () => {
    const [owner, hal, ida, id] = await group();
    await ida.connect(node.url);
    const { messageId, seq } = await sendText(hal.client, id, 'g1', 'gone in a moment');
    const poll = await sends(hal, id, 'poll: { question: "?", options: ["a", "b"] }');
    const vote = (actor: Actor, option: number): Promise<unknown> =>
      does(actor, 'votePoll', `messageId: "${poll.messageId}", options: [${option}]`, CHANGED);
    await Promise.all([
      ...['👍', '🎉', '😀', '👍'].flatMap((emoji) => [react(ida, messageId, emoji), react(owner, messageId, emoji)]),
      ...[0, 1, 0, 1].flatMap((option) => [vote(ida, option), vote(owner, option)]),
      remove(hal, messageId),
      does(hal, 'closePoll', `messageId: "${poll.messageId}"`, CHANGED),
    ]);
    await server.app.projector.waitFor(await server.app.eventStore.head(), 5_000);
    const { rows } = await server.app.readStore.pool.query<{ kind: string; target_seq: number }>(
      `SELECT kind, target_seq FROM timeline t WHERE t.conversation_id = (SELECT conversation_id FROM timeline WHERE event_id = $1) ORDER BY t.seq`,
      [messageId.replace(/^msg_(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')],
    );
    const kindsOf = (target: number): string[] =>
      rows.filter((row) => row.target_seq === target).map(({ kind }) => kind);
    expect(kindsOf(seq).indexOf('message_deleted')).toBe(kindsOf(seq).length - 1);
    expect(kindsOf(poll.seq).indexOf('poll_closed')).toBe(kindsOf(poll.seq).length - 1);
  });
});
