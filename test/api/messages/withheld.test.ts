import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { verify } from '../../../src/main/projections/verify.js';
import { systemClock } from '../../../src/platform/clock/system.js';
import { PROJECTIONS } from '../../../src/projections/index.js';
import { LIVE_INTERVAL_MS } from '../../../src/domain/messages/decideKinds.js';
import { site, titled, type Site } from '../../platform/linkPreviews/site.js';
import { actors, testApp, type Actor, type TestApp } from '../../kit/testApp.js';
import { sendText, startConversation } from '../../kit/documents.js';
import { block } from '../contacts/kit.js';
import { does, edit, follow, pairOn, react, remove, sends, type Feed, type Told } from './kit.js';

let server: TestApp;
let web: Site;
/** How far the server's clock is ahead. */
let ahead = 0;
beforeAll(async () => {
  web = await site();
  web.has('/one', titled('one'));
  const clock = { ...systemClock, now: () => systemClock.now() + ahead };
  server = await testApp({ LINK_PREVIEWS: 'on', LINK_PREVIEWS_ALLOW: web.allow }, clock);
});
afterAll(() => Promise.all([server.close(), web.close()]));

const CHANGED = '{ __typename ... on MessageChanged { seq readToken } ... on Problem { code } }';
const OPENED = '{ __typename ... on ViewOnceShown { readToken } ... on Problem { code } }';
const HISTORY = `query ($id: ID!, $t: ReadToken) { conversation(id: $id, atLeast: $t) {
  pinnedMessages { message { id } pinnedBy }
  messages(first: 50) { edges { node { id seq editedAt deletedAt pinned reactions { emoji count mine accountIds } linkPreview { title }
    content { __typename ... on TextContent { text } ... on LocationContent { latitude liveUntil } }
    poll { counts voters mine votes { accountId options } closedAt } } } } } }`;
const LISTS = `query ($id: ID!) { messageReactions(messageId: $id) { edges { node { accountId emoji } } }
  pollVotes(messageId: $id) { edges { node { accountId options } } } editHistory(messageId: $id) { text } }`;

interface Seen {
  readonly pinned: unknown;
  readonly messages: readonly { readonly id: string; readonly [field: string]: unknown }[];
}

/** All that queries say of the conversation. */
async function seen(actor: Actor, id: string, t: string): Promise<Seen> {
  const { conversation } = await actor.client.run<{
    conversation: { pinnedMessages: unknown; messages: { edges: { node: Seen['messages'][number] }[] } };
  }>(HISTORY, { id, t });
  const messages = [];
  for (const { node } of conversation.messages.edges)
    messages.push({ ...node, ...(await actor.client.run<object>(LISTS, { id: node.id })) });
  return { pinned: conversation.pinnedMessages, messages };
}

/** What a device was told of changes to messages. */
const changes = ({ told }: Feed): readonly Told[] => told.filter(({ targetSeq }) => targetSeq !== undefined);

describe('what becomes of messages while one blocks the other', () => {
  it.each(['the one who acts', 'the other'])(
    '%s blocks: who does it sees it alike everywhere, the other nothing anywhere, also after unblocking',
    async (who) => {
      const { alice, bob, conversation, says } = await pairOn(server);
      const [eve] = (await actors(server, 1)) as [Actor];
      const [told, untold] = await Promise.all([follow(alice), follow(bob)]);
      const begins = [told.cursor, untold.cursor];
      const on = (field: string, id: string, more = '', answer = CHANGED) =>
        does(alice, field, `messageId: "${id}"${more}`, answer);
      /** Everything before a message that surely arrives has arrived when that has. */
      const fence = async (text: string): Promise<void> => {
        const elsewhere = await startConversation(eve.client, bob.accountId);
        await sendText(eve.client, elsewhere, text, text);
        await untold.sees('MessageAdded', { conversationId: elsewhere });
      };
      const replays = async (): Promise<readonly (readonly Told[])[]> => {
        await server.app.projector.waitFor(await server.app.eventStore.head(), 5_000);
        return Promise.all([follow(alice, begins[0]), follow(bob, begins[1])]).then((feeds) => feeds.map(changes));
      };

      const text = await says('before');
      const gone = await says('to be deleted');
      const location = await sends(alice, conversation, 'location: { latitude: 1, longitude: 1, liveForSeconds: 600 }');
      const poll = await sends(alice, conversation, 'poll: { question: "When?", options: ["now", "later"] }');
      const once = await sends(bob, conversation, 'text: "once", viewOnce: true');
      const said = await sends(bob, conversation, 'text: "pinned"');
      await on('votePoll', poll.messageId, ', options: [0]');
      await on('pinMessage', said.messageId);
      await react(bob, text.messageId, '👍');
      const before = await react(alice, said.messageId, '❤️');
      const [shown, same] = [await seen(bob, conversation, before.readToken), await replays()];
      expect(same[1]).toEqual(same[0]);
      expect(same[1]).toHaveLength(4);

      const [blocker, blocked] = who === 'the other' ? [bob, alice] : [alice, bob];
      await block(blocker, blocked.accountId);
      ahead += LIVE_INTERVAL_MS;
      const done = [
        await edit(alice, text.messageId, `after: ${web.origin}/one`),
        await react(alice, said.messageId, '🎉'),
        await react(alice, text.messageId, '🎉'),
        await on('votePoll', poll.messageId, ', options: [1]'),
        await on('closePoll', poll.messageId),
        await on('unpinMessage', said.messageId),
        await on('pinMessage', text.messageId),
        await on('updateLocation', location.messageId, ', place: { latitude: 2, longitude: 2 }'),
        await on('stopLocation', location.messageId),
        await on('openViewOnce', once.messageId, '', OPENED),
        await remove(alice, gone.messageId),
      ];
      expect(done.map(({ __typename }) => __typename)).toEqual(
        done.map((_, n) => (n === 9 ? 'ViewOnceShown' : 'MessageChanged')),
      );
      expect(await on('votePoll', poll.messageId, ', options: [0]')).toMatchObject({ code: 'POLL_CLOSED' });
      expect(await on('openViewOnce', once.messageId, '', OPENED)).toMatchObject({ code: 'ALREADY_OPENED' });
      await told.sees('LinkPreviewAdded', { targetSeq: text.seq });
      await fence('one');

      const compare = async (): Promise<void> => {
        const [own, others] = await replays();
        expect(own).toEqual(changes(told));
        expect(others).toEqual(changes(untold));
        const t = done.at(-1)!.readToken;
        const mine = await seen(alice, conversation, t);
        const at = expect.any(String) as string;
        expect(mine.pinned).toEqual([{ message: { id: text.messageId }, pinnedBy: alice.accountId }]);
        expect(mine.messages).toMatchObject([
          {
            content: { text: `after: ${web.origin}/one` },
            ...{ editedAt: at, pinned: true, linkPreview: { title: 'one' } },
            reactions: [
              { emoji: '👍', mine: false },
              { emoji: '🎉', mine: true, accountIds: [alice.accountId] },
            ],
            messageReactions: { edges: [{ node: { emoji: '🎉' } }, { node: { emoji: '👍' } }] },
            editHistory: [{ text: 'before' }, { text: `after: ${web.origin}/one` }],
          },
          { content: { __typename: 'ErasedContent' }, deletedAt: at },
          { content: { latitude: 2 } },
          {
            poll: { counts: [0, 1], voters: 1, mine: [1], votes: [{ options: [1] }], closedAt: at },
            pollVotes: { edges: [{ node: { options: [1] } }] },
          },
          { content: { __typename: 'ErasedContent' } },
          {
            pinned: false,
            reactions: [{ emoji: '🎉', count: 1, mine: true }],
            messageReactions: { edges: [{ node: { emoji: '🎉' } }] },
          },
        ]);
        // But for what is deleted, which is nowhere any more.
        const deleted = { content: { __typename: 'ErasedContent' }, deletedAt: at, messageReactions: null };
        const expected = shown.messages.map((message) =>
          message.id === gone.messageId ? { ...message, ...deleted } : message,
        );
        expect(await seen(bob, conversation, t)).toEqual({ ...shown, messages: expected });
      };
      expect(changes(told).map(({ __typename }) => __typename)).toHaveLength(4 + 12);
      expect(changes(untold)).toEqual(same[1]);
      await compare();
      await block(blocker, blocked.accountId, 'unblockAccount');
      await compare();

      // To undo it tells nothing of it; what is new is told.
      await react(alice, said.messageId, '❤️');
      await react(alice, text.messageId, null);
      await on('unpinMessage', text.messageId);
      await on('pinMessage', said.messageId);
      const { readToken } = await edit(alice, text.messageId, 'for both');
      await untold.sees('MessageEdited', { text: 'for both' });
      expect(changes(untold).slice(4)).toMatchObject([{ __typename: 'MessageEdited' }]);
      for (const actor of [alice, bob]) {
        const { pinned, messages } = await seen(actor, conversation, readToken);
        expect(pinned).toMatchObject([{ message: { id: said.messageId } }]);
        expect(messages[0]).toMatchObject({
          ...{ content: { text: 'for both' }, pinned: false, linkPreview: null },
          reactions: [{ emoji: '👍', count: 1 }],
        });
        expect(messages.at(-1)).toMatchObject({ pinned: true, reactions: [{ emoji: '❤️', count: 1 }] });
      }
      const [own, others] = await replays();
      expect(own).toEqual(changes(told));
      expect(others).toEqual(changes(untold));
    },
  );

  it('is a function of the log: a rebuild shows the same', async () => {
    const { readStore, eventStore, open, projector } = server.app;
    await projector.waitFor(await eventStore.head(), 5_000);
    const results = await verify({ readStore, eventStore, open, projections: PROJECTIONS });
    expect(results.flatMap(({ examples }) => examples)).toEqual([]);
  });
});
