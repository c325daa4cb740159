import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { decodeId } from '../../../src/api/kit/nodeIds.js';
import { BUCKET_MS } from '../../../src/domain/shared/expiry.js';
import { verify } from '../../../src/main/projections/verify.js';
import { START, type StoredEvent } from '../../../src/platform/eventStore/port.js';
import { PROJECTIONS } from '../../../src/projections/index.js';
import { rebuild } from '../../../src/projections/kit/rebuild.js';
import { expiredKeysJob, expiryJob } from '../../../src/workers/disappearing.js';
import { sendText, startConversation } from '../../kit/documents.js';
import { actors, testApp, type Actor, type TestApp } from '../../kit/testApp.js';

const problem = '... on Problem { code }';
const HOURS = 3_600;

async function setTimer(actor: Actor, conversationId: string, seconds: number | null): Promise<string> {
  const { done } = await actor.client.run<{ done: { __typename: string; code?: string } }>(
    `mutation ($id: ID!, $seconds: Int) { done: setDisappearing(conversationId: $id, seconds: $seconds) {
      __typename ... on DisappearingSet { conversationId seconds readToken } ... on InvalidTimer { least most } ${problem} } }`,
    { id: conversationId, seconds },
  );
  return done.code ?? done.__typename;
}

async function edit(actor: Actor, messageId: string, text: string): Promise<void> {
  await actor.client.run(
    `mutation ($id: ID!, $text: String!) { editMessage(input: { messageId: $id, text: $text }) { __typename ${problem} } }`,
    { id: messageId, text },
  );
}

async function textsIn(actor: Actor, conversationId: string): Promise<readonly (string | null)[]> {
  const { conversation } = await actor.client.run<{
    conversation: { messages: { edges: readonly { node: { content: { text?: string } } }[] } };
  }>(
    'query ($id: ID!) { conversation(id: $id) { messages(first: 50) { edges { node { content { ... on TextContent { text } } } } } } }',
    { id: conversationId },
  );
  return conversation.messages.edges.map(({ node }) => node.content.text ?? null);
}

describe('disappearing messages', () => {
  let server: TestApp;
  beforeAll(async () => {
    // Nobody else does what is due: the test says what time it is.
    server = await testApp({ ROLES: 'api' });
  });
  afterAll(() => server.close());

  const projection = () => {
    const { readStore, eventStore, open } = server.app;
    return { readStore, eventStore, open, projections: PROJECTIONS };
  };
  const jobs = () => {
    const { readStore, handlers, projector } = server.app;
    const waitFor = projector.waitFor.bind(projector);
    const deps = { pool: readStore.pool, handlers: handlers.disappearing, waitFor };
    return { messages: expiryJob(deps), keys: expiredKeysJob(deps) };
  };
  /** Does all that is due at that time. */
  const at = async (now: number): Promise<void> => {
    for (const job of [jobs().messages, jobs().keys])
      for (let due = await job.nextDue(); due !== undefined && due <= now; due = await job.nextDue())
        await job.runDue(now);
  };
  const log = async (): Promise<StoredEvent[]> => {
    const events: StoredEvent[] = [];
    for await (const event of server.app.eventStore.readLog(START)) events.push(event);
    return events;
  };
  /** All that any table holds. */
  const everything = async (): Promise<string> => {
    const { pool } = server.app.readStore;
    const { rows } = await pool.query<{ name: string }>(
      `SELECT table_name AS name FROM information_schema.views WHERE table_schema = 'public'`,
    );
    const tables = await Promise.all(rows.map(({ name }) => pool.query(`SELECT t::text FROM ${name} t`)));
    return JSON.stringify(tables.map((table) => table.rows as unknown));
  };

  it('are gone from queries, replays, tables, rebuilds and the log', async () => {
    const [ann, bob] = (await actors(server, 2)) as [Actor, Actor];
    const conversation = await startConversation(ann.client, bob.accountId);
    await Promise.all([ann.follow(), bob.follow()]);
    const before = bob.cursor;
    await sendText(ann.client, conversation, 'm0', 'this one stays');
    expect(await setTimer(bob, conversation, 24 * HOURS)).toBe('DisappearingSet');
    await bob.sees((update) => update.__typename === ('TimerChanged' as string));
    const sent = await sendText(ann.client, conversation, 'm1', 'whispered');
    await edit(ann, sent.messageId, 'whispered again');
    await sendText(bob.client, conversation, 'm2', 'whispered back');
    await vi.waitFor(async () =>
      expect(await textsIn(ann, conversation)).toEqual(['this one stays', 'whispered again', 'whispered back']),
    );
    expect(await everything()).toContain('whispered');
    // A repeat is known, other words are not; after an hour that is over, nothing can be compared any more.
    expect(await sendText(ann.client, conversation, 'm1', 'whispered')).toMatchObject({ messageId: sent.messageId });
    await expect(sendText(ann.client, conversation, 'm1', 'shouted')).rejects.toMatchObject({
      code: 'IDEMPOTENCY_CONFLICT',
    });

    const over = Date.now() + 24 * HOURS * 1_000 + 60_000;
    await at(over);
    await bob.sees((update) => update.__typename === ('MessagesExpired' as string));
    expect(await textsIn(bob, conversation)).toEqual(['this one stays', null, null]);
    expect(await everything()).not.toContain('whispered');
    expect((await log()).filter(({ type }) => type === 'KeyDestroyed')).toEqual([]);

    await at(over + 2 * BUCKET_MS);
    const facts = (await log()).filter(({ type }) => type === 'KeyDestroyed');
    const id = decodeId('conversation', conversation);
    expect(facts.map(({ stream }) => stream).sort()).toEqual(
      [ann, bob].map(({ accountId }) => `account-${decodeId('account', accountId)}`).sort(),
    );
    for (const { data } of facts) expect(data).toMatchObject({ scope: expect.stringContaining(`conversation:${id}:`) });
    // Nothing opens it any more, in this process or in one that starts.
    server = await server.restart();
    const opened = await server.app.open(await log());
    expect(JSON.stringify(opened.map(({ opened: fields }) => fields))).not.toContain('whispered');
    for (const each of PROJECTIONS) await rebuild(projection(), each);
    expect(await everything()).not.toContain('whispered');
    expect(await everything()).toContain('this one stays');
    expect((await verify(projection())).flatMap(({ examples }) => examples)).toEqual([]);
    await bob.connect(server.url);
    await bob.follow(before);
    const replayed = JSON.stringify(bob.updates.slice(bob.updates.findIndex(({ cursor }) => cursor === before) + 1));
    expect(replayed.slice(replayed.lastIndexOf('MessagesExpired'))).not.toContain('whispered');
    await ann.connect(server.url);
    expect(await sendText(ann.client, conversation, 'm1', 'whatever')).toMatchObject({ messageId: sent.messageId });
  }, 60_000);

  it('are those that are sent while there is a timer', async () => {
    const [ann, bob, mallory] = (await actors(server, 3)) as [Actor, Actor, Actor];
    const conversation = await startConversation(ann.client, bob.accountId);
    expect(await setTimer(mallory, conversation, HOURS)).toBe('NOT_A_MEMBER');
    expect(await setTimer(ann, conversation, 1)).toBe('INVALID_TIMER');
    await setTimer(ann, conversation, HOURS);
    await sendText(ann.client, conversation, 'm1', 'for an hour');
    await setTimer(ann, conversation, null);
    await sendText(ann.client, conversation, 'm2', 'for ever');
    await vi.waitFor(async () => expect(await textsIn(bob, conversation)).toEqual(['for an hour', 'for ever']));
    await at(Date.now() + 3 * BUCKET_MS);
    expect(await textsIn(bob, conversation)).toEqual([null, 'for ever']);
  });
});

describe('workers', () => {
  it('do it when its time has come', async () => {
    const server = await testApp();
    const [ann, bob] = (await actors(server, 2)) as [Actor, Actor];
    const conversation = await startConversation(ann.client, bob.accountId);
    await bob.follow();
    await setTimer(ann, conversation, 10);
    await sendText(ann.client, conversation, 'm1', 'briefly');
    await bob.sees((update) => update.__typename === ('MessagesExpired' as string));
    // Live updates do not wait for the read model.
    await vi.waitFor(async () => expect(await textsIn(bob, conversation)).toEqual([null]));
    await server.close();
  }, 60_000);
});
