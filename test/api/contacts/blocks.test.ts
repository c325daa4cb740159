import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { verify } from '../../../src/main/projections/verify.js';
import { PROJECTIONS } from '../../../src/projections/index.js';
import { acknowledgeUpTo, sendText, startConversation } from '../../kit/documents.js';
import { actors, testApp, type Actor, type TestApp } from '../../kit/testApp.js';
import { block } from './kit.js';

let server: TestApp;
beforeAll(async () => {
  server = await testApp();
});
afterAll(() => server.close());

interface Seen {
  readonly headSeq: number;
  readonly lastActivityAt: string;
  readonly unreadCount: number;
  readonly lastMessage: { readonly content: { readonly text: string } } | null;
  readonly messages: {
    readonly edges: readonly {
      readonly node: {
        readonly seq: number;
        readonly status: string | null;
        readonly content: { readonly text: string };
      };
    }[];
  };
}

/** The conversation as the list shows it; undefined when the list has not got it. */
async function listed(actor: Actor, id: string, atLeast?: string): Promise<Seen | undefined> {
  const { conversations } = await actor.client.run<{
    conversations: { edges: readonly { node: Seen & { id: string } }[] };
  }>(
    `query ($t: ReadToken) { conversations(atLeast: $t) { edges { node { id headSeq lastActivityAt unreadCount
      lastMessage { content { ... on TextContent { text } } }
      messages { edges { node { seq status content { ... on TextContent { text } } } } } } } } }`,
    { t: atLeast },
  );
  return conversations.edges.find(({ node }) => node.id === id)?.node;
}

const texts = (seen: Seen | undefined): readonly string[] =>
  seen?.messages.edges.map(({ node }) => node.content.text) ?? [];
const statuses = (seen: Seen | undefined): readonly (string | null)[] =>
  seen?.messages.edges.map(({ node }) => node.status) ?? [];
const heard = (actor: Actor): readonly string[] =>
  actor.updates.flatMap(({ update }) =>
    update.__typename === 'MessageAdded' ? [update.message.content.text ?? ''] : [],
  );

/** Everything before a message that both surely get has arrived when that has. */
async function fence(from: Actor, to: Actor, text: string): Promise<void> {
  const conversationId = await startConversation(from.client, to.accountId);
  await sendText(from.client, conversationId, text, text);
  await to.sees((update) => update.__typename === 'MessageAdded' && update.message.content.text === text);
}

describe('a direct conversation while one blocks the other', () => {
  it.each([
    ['the blocked one', 0],
    ['the one who blocks', 1],
  ])('%s sends into silence, for ever', async (_who, blocker) => {
    const people = await actors(server, 3);
    const [ada, bob, eve] = people as [Actor, Actor, Actor];
    await Promise.all(people.map((actor) => actor.follow()));
    const conversationId = await startConversation(ada.client, bob.accountId);
    const first = await sendText(ada.client, conversationId, 'before', 'before');
    await bob.sees((update) => update.__typename === 'MessageAdded');
    const start = bob.updates.find(({ update }) => update.__typename === 'CursorAdvanced')?.cursor;
    const before = await listed(bob, conversationId, first.readToken);
    const [one, other] = blocker === 0 ? [bob, ada] : [ada, bob];
    await block(one, other.accountId);

    const silent = await sendText(ada.client, conversationId, 'silent', 'silent');
    expect(await sendText(ada.client, conversationId, 'silent', 'silent')).toMatchObject({
      seq: silent.seq,
      messageId: silent.messageId,
    });
    await ada.sees((update) => update.__typename === 'MessageAdded' && update.message.content.text === 'silent');
    await fence(eve, bob, `fence ${blocker}`);
    expect(heard(bob)).not.toContain('silent');
    expect(await listed(bob, conversationId, silent.readToken)).toEqual(before);
    const own = await listed(ada, conversationId, silent.readToken);
    expect(texts(own)).toEqual(['before', 'silent']);
    expect(own).toMatchObject({ headSeq: silent.seq, lastMessage: { content: { text: 'silent' } } });

    await block(one, other.accountId, 'unblockAccount');
    const after = await sendText(ada.client, conversationId, 'after', 'after');
    await bob.sees((update) => update.__typename === 'MessageAdded' && update.message.content.text === 'after');
    expect(heard(bob)).not.toContain('silent');
    const shown = await listed(bob, conversationId, after.readToken);
    expect(texts(shown)).toEqual(['before', 'after']);
    expect(shown).toMatchObject({ unreadCount: 2, headSeq: after.seq });

    await acknowledgeUpTo(bob.client, conversationId, { deliveredUpTo: after.seq, readUpTo: after.seq });
    await ada.sees((update) => update.__typename === 'ReceiptAdvanced' && update.readUpTo === after.seq);
    await expect
      .poll(async () => statuses(await listed(ada, conversationId, after.readToken)))
      .toEqual(['READ', 'SENT', 'READ']);

    // A device that was away all the time.
    await bob.connect();
    bob.updates.length = 0;
    await bob.follow(start);
    expect(heard(bob)).toEqual(['before', `fence ${blocker}`, 'after']);
  });

  it('does not begin for the one who blocks', async () => {
    const [ada, bob, eve] = (await actors(server, 3)) as [Actor, Actor, Actor];
    await block(bob, ada.accountId);
    await bob.follow();
    const conversationId = await startConversation(ada.client, bob.accountId);
    const silent = await sendText(ada.client, conversationId, 'are you there?', 'are you there?');
    expect(texts(await listed(ada, conversationId, silent.readToken))).toEqual(['are you there?']);
    await fence(eve, bob, 'fence');
    expect(await listed(bob, conversationId, silent.readToken)).toBeUndefined();
    expect(
      bob.updates.filter(({ update }) => 'conversationId' in update && update.conversationId === conversationId),
    ).toEqual([]);
    await block(bob, ada.accountId, 'unblockAccount');
    const heardNow = await sendText(ada.client, conversationId, 'and now?', 'and now?');
    expect(texts(await listed(bob, conversationId, heardNow.readToken))).toEqual(['and now?']);
  });

  it('holds on another node too, once its log has it', async () => {
    const node = await server.another();
    const [ada, bob] = (await actors(server, 2)) as [Actor, Actor];
    const conversationId = await startConversation(ada.client, bob.accountId);
    await ada.connect(node.url);
    await sendText(ada.client, conversationId, 'cached', 'cached');
    await block(bob, ada.accountId);
    const position = await server.app.eventStore.head();
    await expect.poll(() => node.app.projector.position() >= position).toBe(true);
    const accountOf = (actor: Actor): string => actor.accountId.slice(4);
    const relations = await node.app.relations.of(
      accountOf(bob).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5'),
    );
    expect(relations.blocks.size).toBe(1);
    const silent = await sendText(ada.client, conversationId, 'silent', 'silent');
    expect(texts(await listed(bob, conversationId, silent.readToken))).toEqual(['cached']);
    await node.app.stop();
  });

  it('is a function of the log: a rebuild shows the same', async () => {
    const { readStore, eventStore, open } = server.app;
    const results = await verify({ readStore, eventStore, open, projections: PROJECTIONS });
    expect(results.flatMap(({ examples }) => examples)).toEqual([]);
  });
});
