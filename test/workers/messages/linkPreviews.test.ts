import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { decodeId } from '../../../src/api/kit/nodeIds.js';
import { conversationStream } from '../../../src/domain/shared/streams.js';
import type { StoredEvent } from '../../../src/platform/eventStore/port.js';
import { webLinkPreviews } from '../../../src/platform/linkPreviews/web.js';
import { noLimits } from '../../../src/platform/limits/memory.js';
import { linkPreviewFollower, type LinkPreviewsDeps } from '../../../src/workers/messages/linkPreviews.js';
import { block } from '../../api/contacts/kit.js';
import { edit, pairOn, reads, remove, sends, type Pair } from '../../api/messages/kit.js';
import { HTML, site, titled, type Site } from '../../platform/linkPreviews/site.js';
import { testApp, type TestApp } from '../../kit/testApp.js';

let server: TestApp;
let web: Site;
let pair: Pair;
beforeAll(async () => {
  // Without workers: the test says when an event is handled.
  [server, web] = await Promise.all([testApp({ ROLES: 'api' }), site()]);
  web.has('/', titled('Home'));
});
afterAll(() => Promise.all([server.close(), web.close()]));
beforeEach(async () => {
  pair = await pairOn(server);
});

const never = new AbortController().signal;
const outcomes: string[] = [];

/** A worker that has done nothing yet. */
function worker(more: Partial<LinkPreviewsDeps> = {}) {
  outcomes.length = 0;
  const follower = linkPreviewFollower({
    previews: webLinkPreviews({ allow: new Set([web.allow]) }),
    handlers: server.app.handlers.linkPreviews,
    limiter: noLimits,
    clock: server.app.clock,
    onOutcome: (outcome) => outcomes.push(outcome),
    ...more,
  });
  return {
    wants: (event: StoredEvent) => follower.wants(event),
    async handle(event: StoredEvent, failures = 0): Promise<void> {
      const [opened] = await server.app.open([event]);
      await follower.handle(opened!, never, failures);
    },
  };
}

async function stream(): Promise<StoredEvent[]> {
  const name = conversationStream(decodeId('conversation', pair.conversation));
  const events: StoredEvent[] = [];
  for await (const event of server.app.eventStore.readStream(name)) events.push(event);
  return events;
}
const last = async (): Promise<StoredEvent> => (await stream()).at(-1)!;
const added = async (): Promise<StoredEvent[]> => (await stream()).filter(({ type }) => type === 'LinkPreviewAdded');
const settled = async (): Promise<void> => {
  await server.app.projector.waitFor(await server.app.eventStore.head(), 5_000);
};

describe('the worker', () => {
  it('adds what the page says, sealed, in the name of the author', async () => {
    await pair.says(`look: ${web.origin}/`);
    const sent = await last();
    await worker().handle(sent);
    const [event] = await added();
    expect(event).toMatchObject({
      revision: 2,
      data: { target: 1, preview: { k: expect.stringContaining('|account') } },
    });
    expect(event!.metadata).toMatchObject({ causationId: sent.id, actor: { account: sent.metadata.actor!.account } });
    const [opened] = await server.app.open([event!]);
    expect(JSON.parse(opened!.opened['preview']!)).toEqual({ url: `${web.origin}/`, title: 'Home' });
  });

  it('adds it once, however often, and wherever, it is done', async () => {
    await pair.says(`${web.origin}/`);
    const sent = await last();
    const [one, two] = [worker(), worker()];
    await Promise.all([one.handle(sent), two.handle(sent), one.handle(sent)]);
    await two.handle(sent);
    await settled();
    await worker().handle(sent);
    expect(await added()).toHaveLength(1);
    await pair.says('something after it');
    await worker().handle(sent);
    expect(await added()).toHaveLength(1);
  });

  it('looks into nothing but texts that have just been said', async () => {
    const { alice, conversation } = pair;
    await sends(
      alice,
      conversation,
      `sealed: { algorithm: "x", payload: "${Buffer.from(web.origin).toString('base64')}" }`,
    );
    expect(worker().wants(await last())).toBe(false);
    await sends(alice, conversation, `text: "${web.origin}/", viewOnce: true`);
    expect(worker().wants(await last())).toBe(false);
    await pair.says(`${web.origin}/`);
    const sent = await last();
    expect(worker().wants(sent)).toBe(true);
    const now = (): number => sent.metadata.occurredAt + 10 * 60_000 + 1;
    expect(worker({ clock: { now } }).wants(sent)).toBe(false);
    const asked = web.asked.length;
    await worker({ clock: { now } }).handle(sent);
    await pair.says('no link');
    await worker().handle(await last());
    expect(web.asked.length).toBe(asked);
    expect(await added()).toEqual([]);
  });

  it('adds nothing to a message that was deleted, edited or erased while the page was fetched', async () => {
    const { alice } = pair;
    const meanwhile: Record<string, (messageId: string, event: StoredEvent) => Promise<unknown>> = {
      deleted: (id) => remove(alice, id),
      edited: (id) => edit(alice, id, 'no link any more'),
      erased: (_id, { metadata }) =>
        server.app.handlers.disappearing.destroyKey({ subject: metadata.actor!.account, scope: 'account' }),
    };
    for (const [path, happens] of Object.entries(meanwhile)) {
      const { messageId } = await pair.says(`${web.origin}/${path}`);
      const sent = await last();
      web.has(`/${path}`, (response) => {
        void happens(messageId, sent).then(() => response.writeHead(200, HTML).end(titled(path)));
      });
      await worker().handle(sent);
      expect(outcomes).toEqual(['found']);
    }
    expect(await added()).toEqual([]);
  });

  it('does not even fetch what is deleted by then', async () => {
    const { messageId } = await pair.says(`${web.origin}/never`);
    const sent = await last();
    await remove(pair.alice, messageId);
    await worker().handle(sent);
    expect(web.asked.some(({ url }) => url === '/never')).toBe(false);
  });

  it('tells nobody but its author of the preview of a message that was withheld, also after unblocking', async () => {
    const { alice, bob } = pair;
    await block(bob, alice.accountId);
    await pair.says(`${web.origin}/`);
    const sent = await last();
    expect(sent.data).toMatchObject({ withheld: true });
    await bob.client.run('mutation ($id: ID!) { unblockAccount(id: $id) { __typename } }', {
      id: alice.accountId,
    });
    await worker().handle(sent);
    expect((await added()).map(({ data }) => data)).toMatchObject([{ target: 1, withheld: true }]);
  });

  it('seals the preview of what disappears under its hour, and it goes with that', async () => {
    const { alice, bob, conversation } = pair;
    await alice.client.run(
      'mutation ($id: ID!) { setDisappearing(conversationId: $id, seconds: 3600) { __typename } }',
      { id: conversation },
    );
    const { messageId, seq, readToken } = await pair.says(`${web.origin}/`);
    await worker().handle(await last());
    const [event] = await added();
    expect(event!.data).toMatchObject({ preview: { k: expect.stringMatching(/\|conversation:[0-9a-f-]{36}:\d+$/) } });
    await settled();
    expect(await reads(bob, messageId, readToken)).toMatchObject({ linkPreview: { title: 'Home' } });
    const conversationId = decodeId('conversation', conversation);
    await server.app.handlers.disappearing.expire({ conversationId, targets: [seq], withheldBy: null });
    await settled();
    expect(await reads(bob, messageId, readToken)).toMatchObject({ linkPreview: null });
    const { rows } = await server.app.readStore.pool.query(
      `SELECT body FROM timeline WHERE conversation_id = $1 AND kind = 'link_preview_added'`,
      [conversationId],
    );
    expect(rows).toEqual([{ body: null }]);
  });

  it('asks a page that does not answer three times', async () => {
    web.has('/ill', (response) => response.writeHead(503).end());
    await pair.says(`${web.origin}/ill`);
    const sent = await last();
    const trying = worker();
    await expect(trying.handle(sent, 0)).rejects.toThrow();
    await expect(trying.handle(sent, 1)).rejects.toThrow();
    await trying.handle(sent, 2);
    expect(web.asked.filter(({ url }) => url === '/ill')).toHaveLength(3);
    expect(await added()).toEqual([]);
  });

  it('fetches a link that many have been sent once', async () => {
    web.has('/many', titled('many'));
    await pair.says(`${web.origin}/many`);
    await pair.says(`again: ${web.origin}/many`);
    const sent = (await stream()).filter(({ type }) => type === 'MessageSent');
    const { handle } = worker();
    await Promise.all(sent.map((event) => handle(event)));
    expect(await added()).toHaveLength(2);
    expect(web.asked.filter(({ url }) => url === '/many')).toHaveLength(1);
  });

  it('fetches as much for one account as the limit allows', async () => {
    await pair.says(`${web.origin}/limited`);
    const asked = web.asked.length;
    await worker({ limiter: { take: async () => ({ ok: false, retryAfterMs: 1 }) } }).handle(await last());
    expect(outcomes).toEqual(['limited']);
    expect(web.asked.length).toBe(asked);
  });
});
