import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sendText, startConversation } from '../kit/documents.js';
import { actors, testApp, type Actor, type TestApp } from '../kit/testApp.js';
import { startWireDouble } from '../wireDouble/server.js';

const history = `query ($id: ID!) { conversation(id: $id) { headSeq unreadCount messages(last: 100) { edges { node { seq clientId status content { ... on TextContent { text } } } } } } }`;

interface History {
  readonly conversation: {
    readonly headSeq: number;
    readonly unreadCount: number;
    readonly messages: {
      readonly edges: readonly {
        readonly node: { readonly seq: number; readonly clientId: string; readonly status: string | null };
      }[];
    };
  };
}

/** One suite over both event stores: what holds for a message does not depend on where events are kept. */
function messagesOn(
  name: string,
  open: () => Promise<{ server: TestApp; second(): Promise<TestApp>; close(): Promise<void> }>,
): void {
  describe(`messages on ${name}`, () => {
    let opened: Awaited<ReturnType<typeof open>>;
    beforeAll(async () => {
      opened = await open();
    });
    afterAll(() => opened.close());

    const pair = async (): Promise<[Actor, Actor, string]> => {
      const [alice, bob] = (await actors(opened.server, 2)) as [Actor, Actor];
      return [alice, bob, await startConversation(alice.client, bob.accountId)];
    };

    it('are sent once, however often and however parallel a send is repeated', async () => {
      const [alice, bob, conversation] = await pair();
      const answers = await Promise.all(
        Array.from({ length: 5 }, () => sendText(alice.client, conversation, 'same', 'once')),
      );
      answers.push(await sendText(alice.client, conversation, 'same', 'once'));
      expect(new Set(answers.map(({ messageId, seq }) => `${messageId} ${seq}`)).size).toBe(1);
      const own = await sendText(bob.client, conversation, 'same', "bob's own id of the same text");
      expect(own.seq).toBe((answers[0]?.seq ?? 0) + 1);
    });

    it('refuse the same id with other content, and change nothing', async () => {
      const [alice, , conversation] = await pair();
      const { readToken } = await sendText(alice.client, conversation, 'c1', 'first');
      await expect(sendText(alice.client, conversation, 'c1', 'second')).rejects.toMatchObject({
        code: 'IDEMPOTENCY_CONFLICT',
      });
      expect(readToken).toBeTruthy();
      const { headSeq } = (await alice.client.run<History>(history, { id: conversation })).conversation;
      expect(headSeq).toBeLessThanOrEqual(1);
    });

    it('of strangers are refused', async () => {
      const [, , conversation] = await pair();
      const [mallory] = (await actors(opened.server, 1)) as [Actor];
      await expect(sendText(mallory.client, conversation, 'c1', 'let me in')).rejects.toMatchObject({
        code: 'NOT_A_MEMBER',
      });
    });

    it('are known for ever: on another node, with cold caches, after hundreds of others', async () => {
      const [alice, , conversation] = await pair();
      const first = await sendText(alice.client, conversation, 'first', 'the first one');
      for (let n = 0; n < 300; n += 50)
        await Promise.all(
          Array.from({ length: 50 }, (_, index) => sendText(alice.client, conversation, `c${n + index}`, 'x')),
        );
      const again = await sendText(alice.client, conversation, 'first', 'the first one');
      const node = await opened.second();
      await alice.connect(node.url);
      const elsewhere = await sendText(alice.client, conversation, 'first', 'the first one');
      await expect(sendText(alice.client, conversation, 'first', 'another')).rejects.toMatchObject({
        code: 'IDEMPOTENCY_CONFLICT',
      });
      for (const repeat of [again, elsewhere])
        expect(repeat).toMatchObject({ messageId: first.messageId, seq: first.seq, at: first.at });
    });

    it('sent through two nodes at once get one gapless sequence, and one message an id', async () => {
      const [alice, bob, conversation] = await pair();
      const node = await opened.second();
      await bob.connect(node.url);
      const sends = Array.from({ length: 60 }, (_, n) => [
        sendText(alice.client, conversation, `a${n}`, `alice ${n}`),
        sendText(bob.client, conversation, `b${n}`, `bob ${n}`),
      ]).flat();
      const sequences = (await Promise.all(sends)).map(({ seq }) => seq);
      expect([...sequences].sort((a, b) => a - b)).toEqual(Array.from({ length: 120 }, (_, index) => index + 1));
    });
  });
}

/** Nodes on the same engines, ended together. */
async function cluster(
  env: Readonly<Record<string, string>>,
): Promise<{ server: TestApp; second(): Promise<TestApp>; close(): Promise<void> }> {
  const server = await testApp(env);
  const nodes: TestApp[] = [];
  return {
    server,
    second: async () => {
      const node = await server.another();
      nodes.push(node);
      return node;
    },
    close: async () => {
      for (const node of nodes) await node.app.stop();
      await server.close();
    },
  };
}

messagesOn('Postgres', () => cluster({}));

messagesOn("EventStoreDB's wire double", async () => {
  const double = await startWireDouble();
  const nodes = await cluster({ EVENTSTORE_URL: double.url });
  return {
    ...nodes,
    close: async () => {
      await nodes.close();
      double.kill();
    },
  };
});
