import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { verify } from '../../../src/main/projections/verify.js';
import { PROJECTIONS } from '../../../src/projections/index.js';
import { block } from '../contacts/kit.js';
import { site, titled, to, type Site } from '../../platform/linkPreviews/site.js';
import { testApp, type TestApp } from '../../kit/testApp.js';
import { edit, follow, pairOn, reads, remove, sends } from './kit.js';

let server: TestApp;
let web: Site;
let inside: Site;
beforeAll(async () => {
  [web, inside] = await Promise.all([site(), site()]);
  inside.has('/', titled('secret'));
  for (const name of ['one', 'two'])
    web.has(
      `/${name}`,
      titled(
        name,
        `<meta property="og:description" content="About ${name}"><meta property="og:site_name" content="Here">`,
      ),
    );
  server = await testApp({ LINK_PREVIEWS: 'on', LINK_PREVIEWS_ALLOW: web.allow });
});
afterAll(() => Promise.all([server.close(), web.close(), inside.close()]));

const preview = (name: string): object => ({
  url: `${web.origin}/${name}`,
  title: name,
  description: `About ${name}`,
  siteName: 'Here',
});

describe('a text with a link', () => {
  it('gets a preview: live, in the history, and after an absence', async () => {
    const { alice, bob, conversation, says } = await pairOn(server);
    const feeds = await Promise.all([follow(alice), follow(bob)]);
    const { messageId, seq, readToken } = await says(`see ${web.origin}/one, it is good`);
    for (const feed of feeds) {
      const told = await feed.sees('LinkPreviewAdded', { targetSeq: seq });
      expect(told).toEqual({
        __typename: 'LinkPreviewAdded',
        conversationId: conversation,
        seq: seq + 1,
        targetSeq: seq,
        at: expect.any(String),
        linkPreview: preview('one'),
      });
    }
    await server.app.projector.waitFor(await server.app.eventStore.head(), 5_000);
    for (const actor of [alice, bob])
      expect(await reads(actor, messageId, readToken)).toMatchObject({ linkPreview: preview('one') });

    const { cursor } = feeds[1];
    bob.client.terminate();
    await bob.closed;
    const later = await says(`${web.origin}/two`);
    await feeds[0].sees('LinkPreviewAdded', { targetSeq: later.seq });
    await bob.connect();
    const back = await follow(bob, cursor);
    expect(back.of('MessageAdded', 'LinkPreviewAdded')).toMatchObject([
      { message: { seq: later.seq } },
      { targetSeq: later.seq, linkPreview: preview('two') },
    ]);
  });

  it('loses it with an edit, which may bring another, and for good with its deletion', async () => {
    const { alice, bob, says } = await pairOn(server);
    const feed = await follow(bob);
    const { messageId, seq } = await says(`${web.origin}/one`);
    await feed.sees('LinkPreviewAdded', { targetSeq: seq });
    const without = await edit(alice, messageId, 'nothing');
    expect(await reads(bob, messageId, without.readToken)).toMatchObject({ linkPreview: null });

    await edit(alice, messageId, `rather ${web.origin}/two`);
    const added = await feed.sees('LinkPreviewAdded', { seq: seq + 4 });
    expect(added).toMatchObject({ targetSeq: seq, linkPreview: preview('two') });
    const { readToken } = await edit(alice, messageId, `rather this: ${web.origin}/two`);
    await feed.sees('LinkPreviewAdded', { seq: seq + 6 });
    expect(feed.of('LinkPreviewAdded', 'MessageEdited').map(({ __typename }) => __typename)).toEqual([
      'LinkPreviewAdded',
      'MessageEdited',
      'MessageEdited',
      'LinkPreviewAdded',
      'MessageEdited',
      'LinkPreviewAdded',
    ]);
    await server.app.projector.waitFor(await server.app.eventStore.head(), 5_000);
    expect(await reads(bob, messageId, readToken)).toMatchObject({ linkPreview: preview('two') });

    const deleted = await remove(alice, messageId);
    expect(await reads(bob, messageId, deleted.readToken)).toMatchObject({ linkPreview: null });
    bob.client.terminate();
    await bob.closed;
    await bob.connect();
    const again = await follow(bob, feed.told[0]!['cursor'] as string | undefined);
    expect(again.of('LinkPreviewAdded')).toEqual([]);
  });

  it('gets none from inside, whatever the page redirects to', async () => {
    const { bob, says } = await pairOn(server);
    const feed = await follow(bob);
    web.has('/trap', to(`${inside.origin}/`));
    await says(`${web.origin}/trap`);
    await says(`${inside.origin}/`);
    const { seq } = await says(`${web.origin}/one`);
    await feed.sees('LinkPreviewAdded', { targetSeq: seq });
    expect(feed.of('LinkPreviewAdded')).toHaveLength(1);
    expect(inside.asked).toEqual([]);
  });

  it('that the other must not see has a preview that the other does not see', async () => {
    const { alice, bob, conversation, says } = await pairOn(server);
    const feeds = await Promise.all([follow(alice), follow(bob)]);
    await block(bob, alice.accountId);
    const { messageId, seq } = await says(`${web.origin}/one`);
    await feeds[0].sees('LinkPreviewAdded', { targetSeq: seq });
    await bob.client.run('mutation ($id: ID!) { unblockAccount(id: $id) { __typename } }', {
      id: alice.accountId,
    });
    const fence = await sends(alice, conversation, `text: "${web.origin}/two"`);
    await feeds[1].sees('LinkPreviewAdded', { targetSeq: fence.seq });
    expect(feeds[1].of('LinkPreviewAdded')).toMatchObject([{ targetSeq: fence.seq }]);
    expect(await reads(alice, messageId, fence.readToken)).toMatchObject({ linkPreview: preview('one') });
    expect(await reads(bob, messageId, fence.readToken)).toBeNull();
  });

  it('is what the log folds to, after all of this', async () => {
    const { readStore, eventStore, open, projector } = server.app;
    await projector.waitFor(await eventStore.head(), 5_000);
    const results = await verify({ readStore, eventStore, open, projections: PROJECTIONS });
    expect(results.flatMap(({ examples }) => examples)).toEqual([]);
  });
});

it('nothing is fetched unless it is switched on', async () => {
  const quiet = await testApp({ LINK_PREVIEWS_ALLOW: web.allow });
  try {
    expect(quiet.app.adapters['link previews']).toBe('off');
    const asked = web.asked.length;
    const { bob, says } = await pairOn(quiet);
    const feed = await follow(bob);
    await says(`${web.origin}/one`);
    const { seq } = await says('after it');
    await feed.sees('MessageAdded');
    expect(feed.of('LinkPreviewAdded')).toEqual([]);
    expect(seq).toBe(2);
    expect(web.asked.length).toBe(asked);
  } finally {
    await quiet.close();
  }
});
