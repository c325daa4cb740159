import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { testApp, type TestApp } from '../../kit/testApp.js';
import { does, follow, pairOn, reads, remove, sends } from './kit.js';

let server: TestApp;
beforeAll(async () => {
  server = await testApp();
});
afterAll(() => server.close());

const CHANGED = '{ __typename ... on MessageChanged { seq readToken } ... on Problem { code } }';

describe('a sealed message', () => {
  it('arrives byte for byte, whether its bytes are a literal of the document or a variable', async () => {
    const { alice, bob, conversation } = await pairOn(server);
    const feed = await follow(bob);
    const payload = Buffer.from([0, 1, 254, 255]).toString('base64');
    const content = { __typename: 'SealedContent', algorithm: 'x', payload };
    const literal = await sends(alice, conversation, `sealed: { algorithm: "x", payload: "${payload}" }`);
    const { sendMessage } = await alice.client.run<{ sendMessage: { messageId: string; readToken: string } }>(
      'mutation ($input: SendMessageInput!) { sendMessage(input: $input) { ... on MessageSent { messageId readToken } } }',
      { input: { conversationId: conversation, clientId: 'variable', sealed: { algorithm: 'x', payload } } },
    );
    for (const { messageId, readToken } of [literal, sendMessage])
      expect((await reads(bob, messageId, readToken)).content).toEqual(content);
    await vi.waitFor(() => {
      const told = feed.of('MessageAdded').map(({ message }) => (message as { content: object }).content);
      expect(told).toEqual([content, content]);
    });
  });
});

describe('a contact card', () => {
  it('arrives as it was given, live and from the history', async () => {
    const { alice, bob, conversation } = await pairOn(server);
    const feed = await follow(bob);
    const card = { name: 'Carol', phones: ['+49 30 1234567', '030 99'], accountId: alice.accountId };
    const sent = await sends(
      alice,
      conversation,
      `contact: { name: "Carol", phones: ["+49 30 1234567", "030 99"], accountId: "${alice.accountId}" }`,
    );
    const { message } = (await feed.sees('MessageAdded')) as unknown as { message: { content: object } };
    expect(message.content).toEqual({ __typename: 'ContactContent', ...card });
    expect((await reads(bob, sent.messageId, sent.readToken)).content).toEqual(message.content);
    expect(await sends(alice, conversation, 'contact: { name: "Nobody" }')).toMatchObject({
      code: 'INVALID_CONTENT',
      field: 'contact.phones',
      reason: 'too_few',
    });
  });
});

describe('a location', () => {
  it('is a place, with what is known of it', async () => {
    const { alice, bob, conversation } = await pairOn(server);
    const sent = await sends(
      alice,
      conversation,
      'location: { latitude: 52.52, longitude: 13.405, placeName: "Alex" }',
    );
    expect((await reads(bob, sent.messageId, sent.readToken)).content).toEqual({
      __typename: 'LocationContent',
      ...{
        latitude: 52.52,
        longitude: 13.405,
        accuracyMetres: null,
        placeName: 'Alex',
        address: null,
        liveUntil: null,
      },
    });
    expect(await sends(alice, conversation, 'location: { latitude: 91, longitude: 0 }')).toMatchObject({
      code: 'INVALID_CONTENT',
      field: 'location.latitude',
      reason: 'out_of_range',
    });
    const place = 'place: { latitude: 1, longitude: 1 }';
    expect(await does(alice, 'updateLocation', `messageId: "${sent.messageId}", ${place}`, CHANGED)).toMatchObject({
      code: 'NOT_APPLICABLE',
    });
  });

  it('that is live moves for its author only, seldom, and until its end', async () => {
    const { alice, bob, conversation } = await pairOn(server);
    const feed = await follow(bob);
    const sent = await sends(alice, conversation, 'location: { latitude: 1, longitude: 1, liveForSeconds: 600 }');
    const move = (actor: typeof alice, latitude: number) =>
      does(
        actor,
        'updateLocation',
        `messageId: "${sent.messageId}", place: { latitude: ${latitude}, longitude: 2 }`,
        '{ __typename ... on MessageChanged { seq readToken } ... on Problem { code } ... on RateLimited { retryAfterMs } }',
      );
    expect(await move(bob, 2)).toMatchObject({ code: 'NOT_ALLOWED' });
    expect(await move(alice, 2)).toMatchObject({ code: 'RATE_LIMITED' });
    const stop = () => does(alice, 'stopLocation', `messageId: "${sent.messageId}"`, CHANGED);
    const { readToken } = await stop();
    expect(await stop()).toMatchObject({ __typename: 'MessageChanged' });
    await feed.sees('LocationChanged', { targetSeq: sent.seq, ended: true });
    expect(await move(alice, 3)).toMatchObject({ code: 'TOO_LATE' });
    const { content } = await reads(bob, sent.messageId, readToken);
    expect(Date.parse(content['liveUntil'] as string)).toBeLessThanOrEqual(Date.now());
  });
});

describe('a poll', () => {
  it('counts one vote an account, shows who, and ends', async () => {
    const { alice, bob, conversation } = await pairOn(server);
    const feed = await follow(bob);
    const poll = await sends(alice, conversation, 'poll: { question: "When?", options: ["Mon", "Tue", "Wed"] }');
    const vote = (actor: typeof alice, ...options: number[]) =>
      does(actor, 'votePoll', `messageId: "${poll.messageId}", options: [${options.join(', ')}]`, CHANGED);
    await vote(alice, 0);
    await vote(bob, 0);
    expect(await vote(bob, 0, 1)).toMatchObject({ code: 'INVALID_CHOICE' });
    expect(await vote(bob, 3)).toMatchObject({ code: 'INVALID_CHOICE' });
    const { readToken } = await vote(bob, 2);
    await feed.sees('PollChanged', { targetSeq: poll.seq, voter: alice.accountId });
    expect(await reads(bob, poll.messageId, readToken)).toMatchObject({
      content: { question: 'When?', options: ['Mon', 'Tue', 'Wed'], multiple: false, votesVisible: true },
      poll: {
        counts: [1, 0, 1],
        voters: 2,
        mine: [2],
        votes: [
          { accountId: bob.accountId, options: [2] },
          { accountId: alice.accountId, options: [0] },
        ],
        closedAt: null,
      },
    });
    const back = await vote(alice);
    expect((await reads(alice, poll.messageId, back.readToken))['poll']).toMatchObject({ counts: [0, 0, 1], mine: [] });
    const close = (actor: typeof alice) => does(actor, 'closePoll', `messageId: "${poll.messageId}"`, CHANGED);
    expect(await close(bob)).toMatchObject({ code: 'NOT_ALLOWED' });
    const closed = await close(alice);
    expect(await vote(alice, 1)).toMatchObject({ code: 'POLL_CLOSED' });
    await feed.sees('PollChanged', { targetSeq: poll.seq, closed: true });
    expect((await reads(alice, poll.messageId, closed.readToken))['poll']).toMatchObject({
      closedAt: expect.any(String) as string,
    });
  });

  it('whose votes are not visible tells nobody who voted for what, live or replayed', async () => {
    const { alice, bob, conversation } = await pairOn(server);
    const feed = await follow(bob);
    const begin = feed.cursor;
    const poll = await sends(
      alice,
      conversation,
      'poll: { question: "Secret?", options: ["Yes", "No"], multiple: true, votesVisible: false }',
    );
    const { readToken } = await does(alice, 'votePoll', `messageId: "${poll.messageId}", options: [1, 0]`, CHANGED);
    const live = await feed.sees('PollChanged', { targetSeq: poll.seq });
    expect(live).toMatchObject({ voter: null, options: null, closed: false });
    const seen = await reads(bob, poll.messageId, readToken);
    expect(seen['poll']).toMatchObject({ counts: [1, 1], voters: 1, mine: [], votes: [] });
    expect((await follow(bob, begin)).of('PollChanged')).toEqual([live]);
  });

  it('is checked, and its text gone when it is deleted', async () => {
    const { alice, bob, conversation } = await pairOn(server);
    const wrong = async (poll: string) => sends(alice, conversation, `poll: { ${poll} }`);
    expect(await wrong('question: "?", options: ["one"]')).toMatchObject({ reason: 'too_few' });
    expect(await wrong('question: "?", options: ["one", "one "]')).toMatchObject({ reason: 'repeated' });
    expect(await wrong('question: " ", options: ["a", "b"]')).toMatchObject({ code: 'INVALID_TEXT' });
    expect(await wrong('question: "?", options: ["a", "b"], closesAt: "2020-01-01T00:00:00Z"')).toMatchObject({
      code: 'INVALID_CONTENT',
      reason: 'past',
    });
    const poll = await sends(alice, conversation, 'poll: { question: "Gone?", options: ["a", "b"] }');
    const { readToken } = await remove(alice, poll.messageId);
    expect(await reads(bob, poll.messageId, readToken)).toMatchObject({
      content: { __typename: 'ErasedContent' },
      poll: null,
    });
    expect(await does(bob, 'votePoll', `messageId: "${poll.messageId}", options: [0]`, CHANGED)).toMatchObject({
      code: 'MESSAGE_GONE',
    });
  });
});

describe('a message that is shown once', () => {
  const OPEN = `{ __typename ... on ViewOnceShown { content { __typename ... on TextContent { text } } readToken } ... on Problem { code } }`;
  it('says nothing in updates, replays or queries, and opens once', async () => {
    const { alice, bob, conversation } = await pairOn(server);
    const feed = await follow(bob);
    const begin = feed.cursor;
    const sent = await sends(alice, conversation, 'text: "for your eyes only", viewOnce: true');
    await feed.sees('MessageAdded');
    const seen = await reads(bob, sent.messageId, sent.readToken);
    expect(seen).toMatchObject({ viewOnce: true, content: { __typename: 'ViewOnceContent', sealed: false } });
    const open = (actor: typeof alice) => does(actor, 'openViewOnce', `messageId: "${sent.messageId}"`, OPEN);
    expect(await open(alice)).toMatchObject({ code: 'NOT_ALLOWED' });
    const shown = await open(bob);
    expect(shown).toMatchObject({ content: { __typename: 'TextContent', text: 'for your eyes only' } });
    expect(await open(bob)).toMatchObject({ code: 'ALREADY_OPENED' });
    await feed.sees('ViewOnceOpened', { targetSeq: sent.seq, accountId: bob.accountId });
    const after = await reads(bob, sent.messageId, shown.readToken);
    expect(after.content).toMatchObject({ __typename: 'ErasedContent' });
    const { rows } = await server.app.readStore.pool.query(
      `SELECT text FROM timeline WHERE seq = $1 AND view_once AND text IS NOT NULL`,
      [sent.seq],
    );
    expect(rows).toEqual([]);
    const replay = await follow(bob, begin);
    for (const all of [feed.told, replay.told]) expect(JSON.stringify(all)).not.toContain('eyes');
  });
});

describe('pins', () => {
  const PINS = `query ($id: ID!, $atLeast: ReadToken) { conversation(id: $id, atLeast: $atLeast) { pinnedMessages { message { id } pinnedBy } } }`;
  it('are three at most, and end with what is deleted', async () => {
    const { alice, bob, conversation, says } = await pairOn(server);
    const feed = await follow(alice);
    const pin = (actor: typeof alice, id: string, mutation = 'pinMessage') =>
      does(actor, mutation, `messageId: "${id}"`, CHANGED);
    const all = [await says('1'), await says('2'), await says('3'), await says('4')].map(({ messageId }) => messageId);
    for (const id of all.slice(0, 3)) await pin(bob, id);
    expect(await pin(bob, all[0]!)).toMatchObject({ __typename: 'MessageChanged' });
    expect(await pin(alice, all[3]!)).toMatchObject({ code: 'TOO_MANY' });
    await remove(alice, all[2]!);
    await pin(alice, all[3]!);
    const { readToken } = await pin(alice, all[0]!, 'unpinMessage');
    const found = await bob.client.run<{ conversation: { pinnedMessages: unknown } }>(PINS, {
      ...{ id: conversation, atLeast: readToken },
    });
    expect(found.conversation.pinnedMessages).toEqual([
      { message: { id: all[3] }, pinnedBy: alice.accountId },
      { message: { id: all[1] }, pinnedBy: bob.accountId },
    ]);
    await feed.sees('PinChanged', { pinned: false, targetSeq: 1 });
    expect(feed.of('PinChanged')).toHaveLength(5);
  });
});
