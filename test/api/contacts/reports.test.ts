import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { verify } from '../../../src/main/projections/verify.js';
import { PROJECTIONS } from '../../../src/projections/index.js';
import { sendText, startConversation } from '../../kit/documents.js';
import { actors, testApp, type Actor, type TestApp } from '../../kit/testApp.js';
import { block, phoneOf, sync } from './kit.js';

let server: TestApp;
beforeAll(async () => {
  server = await testApp();
});
afterAll(() => server.close());

const problem = '... on Problem { code message }';
interface Answer {
  readonly __typename: string;
  readonly caseId?: string;
  readonly readToken: string;
  readonly code?: string;
}
async function reportMessages(actor: Actor, input: object): Promise<Answer> {
  const { reportMessage } = await actor.client.run<{ reportMessage: Answer }>(
    `mutation ($input: ReportMessageInput!) { reportMessage(input: $input) { __typename ... on Reported { caseId readToken } ${problem} } }`,
    { input },
  );
  return reportMessage;
}
async function reportAccount(actor: Actor, input: object): Promise<Answer> {
  const { reportAccount: answer } = await actor.client.run<{ reportAccount: Answer }>(
    `mutation ($input: ReportAccountInput!) { reportAccount(input: $input) { __typename ... on Reported { caseId readToken } ${problem} } }`,
    { input },
  );
  return answer;
}
const rows = async (): Promise<readonly Record<string, unknown>[]> =>
  (await server.app.readStore.pool.query<Record<string, unknown>>('SELECT * FROM cases ORDER BY position')).rows;

describe('reports', () => {
  it('open one case each, with the words as they were seen, sealed in the log', async () => {
    const [ada, eve, bob] = (await actors(server, 3)) as [Actor, Actor, Actor];
    const conversationId = await startConversation(eve.client, ada.accountId);
    const sent = await sendText(eve.client, conversationId, 'c1', 'buy this now');
    const own = await sendText(ada.client, conversationId, 'c2', 'no');
    await ada.client.run('query ($id: ID!, $t: ReadToken) { message(id: $id, atLeast: $t) { id } }', {
      id: sent.messageId,
      t: own.readToken,
    });
    const input = { messageIds: [sent.messageId], reason: 'SPAM', comment: 'the third time' };
    const done = await reportMessages(ada, input);
    expect(done).toMatchObject({ __typename: 'Reported', caseId: expect.stringMatching(/^cas_/) as string });
    expect(await reportMessages(ada, input)).toMatchObject({ caseId: done.caseId });
    expect(await reportMessages(ada, { messageIds: [own.messageId], reason: 'SPAM' })).toMatchObject({
      code: 'NO_SUCH_ACCOUNT',
    });
    expect(await reportMessages(bob, input)).toMatchObject({ code: 'NO_SUCH_MESSAGE' });
    expect(await reportAccount(bob, { accountId: eve.accountId, reason: 'IMPERSONATION' })).toMatchObject({
      __typename: 'Reported',
    });
    expect(await reportAccount(bob, { accountId: bob.accountId, reason: 'OTHER' })).toMatchObject({
      code: 'NO_SUCH_ACCOUNT',
    });

    await expect.poll(async () => (await rows()).length).toBe(2);
    const [first, second] = await rows();
    expect(first).toMatchObject({ reason: 'spam', comment: 'the third time', status: 'open' });
    expect(JSON.parse(first?.['evidence'] as string)).toMatchObject([
      { seq: sent.seq, kind: 'text', text: 'buy this now' },
    ]);
    expect(second).toMatchObject({ reason: 'impersonation', comment: null, evidence: null });
    const stored = await server.app.readStore.pool.query<{ data: string }>(
      `SELECT data::text FROM events WHERE type = 'CaseOpened'`,
    );
    for (const { data } of stored.rows) expect(data).not.toMatch(/third time|buy this/);
    const { readStore, eventStore, open } = server.app;
    const results = await verify({ readStore, eventStore, open, projections: PROJECTIONS });
    expect(results.flatMap(({ examples }) => examples)).toEqual([]);
  });
});

describe('suggestions', () => {
  interface Suggestion {
    readonly reason: string;
    readonly account: { readonly id: string; readonly phone: string | null };
  }
  const suggested = async (actor: Actor, atLeast: string): Promise<readonly Suggestion[]> =>
    (
      await actor.client.run<{ contactSuggestions: readonly Suggestion[] }>(
        'query ($t: ReadToken) { contactSuggestions(atLeast: $t) { reason account { id phone } } }',
        { t: atLeast },
      )
    ).contactSuggestions;

  it('are whom one talks with, then who has the number; without theirs, and never across a block', async () => {
    const [ada, friend, fan, known, shy] = (await actors(server, 5)) as [Actor, Actor, Actor, Actor, Actor];
    const conversationId = await startConversation(ada.client, friend.accountId);
    await sendText(friend.client, conversationId, 'c1', 'hello');
    const phone = await phoneOf(ada);
    for (const other of [fan, known, shy, friend]) await sync(other, [[phone, 'Ada']]);
    await shy.client.run('mutation { updatePrivacy(input: { discoverable: false }) { __typename } }');
    const { readToken } = await sync(ada, [[await phoneOf(known), 'Known']]);
    expect(await suggested(ada, readToken)).toEqual([
      { reason: 'CONVERSATION', account: { id: friend.accountId, phone: null } },
      { reason: 'HAS_YOUR_NUMBER', account: { id: fan.accountId, phone: null } },
    ]);
    await block(fan, ada.accountId);
    const blocked = await block(ada, friend.accountId);
    expect(await suggested(ada, blocked.readToken)).toEqual([]);
  });
});
