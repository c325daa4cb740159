import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { verify } from '../../../src/main/projections/verify.js';
import { PROJECTIONS } from '../../../src/projections/index.js';
import { sendText, startConversation } from '../../kit/documents.js';
import { actors, testApp, type Actor, type TestApp } from '../../kit/testApp.js';
import { phoneOf } from '../contacts/kit.js';
import { MASTER_KEY, operator } from './kit.js';

let server: TestApp;
let admin: Actor;
let ada: Actor;
let eve: Actor;
beforeAll(async () => {
  server = await testApp({ MASTER_KEY });
  [admin, ada, eve] = (await actors(server, 3)) as [Actor, Actor, Actor];
  await operator(server, 'grant', await phoneOf(admin));
});
afterAll(() => server.close());

interface Reported {
  readonly caseId: string;
  readonly readToken: string;
}
interface Page {
  readonly edges: readonly { readonly cursor: string; readonly node: { readonly id: string } }[];
  readonly pageInfo: object;
}

const report = async (by: Actor, input: object): Promise<Reported> =>
  (
    await by.client.run<{ reportAccount: Reported }>(
      'mutation ($input: ReportAccountInput!) { reportAccount(input: $input) { ... on Reported { caseId readToken } } }',
      { input },
    )
  ).reportAccount;

const cases = async (args: object): Promise<Page> =>
  (
    await admin.client.run<{ cases: Page }>(
      `query ($status: CaseStatus, $first: Int, $after: String, $atLeast: ReadToken) {
        cases(status: $status, first: $first, after: $after, atLeast: $atLeast) {
          edges { cursor node { id status reason comment conversationId note closedAt
            reporter { id name phone } account { id } closedBy { id }
            messages { id seq content { __typename ... on TextContent { text } ... on PollContent { question } } } } }
          pageInfo { hasNextPage hasPreviousPage } } }`,
      { status: 'OPEN', ...args },
    )
  ).cases;

const close = async (by: Actor, input: object): Promise<Record<string, unknown>> =>
  (
    await by.client.run<{ closeCase: Record<string, unknown> }>(
      `mutation ($input: CloseCaseInput!) { closeCase(input: $input) { __typename
        ... on CaseClosed { case { status note closedBy { id } } readToken } ... on CaseDecided { code verdict }
        ... on InvalidText { field reason } ... on Problem { code } } }`,
      { input },
    )
  ).closeCase;

describe('the queue of reports', () => {
  it('shows administrators what was disclosed, and nothing else', async () => {
    const conversationId = await startConversation(eve.client, ada.accountId);
    const text = await sendText(eve.client, conversationId, 'c1', 'buy this now');
    const unreported = await sendText(eve.client, conversationId, 'c2', 'between us');
    await ada.client.run('query ($id: ID!, $t: ReadToken) { message(id: $id, atLeast: $t) { id } }', {
      id: text.messageId,
      t: unreported.readToken,
    });
    const input = { accountId: eve.accountId, reason: 'SPAM', comment: 'again', messageIds: [text.messageId] };
    const { caseId, readToken } = await report(ada, input);

    const { edges } = await cases({ atLeast: readToken });
    expect(edges.map(({ node }) => node)).toEqual([
      {
        id: caseId,
        status: 'OPEN',
        reason: 'SPAM',
        comment: 'again',
        conversationId,
        note: null,
        closedAt: null,
        closedBy: null,
        reporter: { id: ada.accountId, name: expect.any(String) as string, phone: null },
        account: { id: eve.accountId },
        messages: [{ id: text.messageId, seq: text.seq, content: { __typename: 'TextContent', text: 'buy this now' } }],
      },
    ]);
    expect(
      await admin.client.run(
        'query ($c: ID!, $one: ID!, $other: ID!) { conversation(id: $c) { id } one: message(id: $one) { id } other: message(id: $other) { id } }',
        { c: conversationId, one: text.messageId, other: unreported.messageId },
      ),
    ).toEqual({ conversation: null, one: null, other: null });

    expect(await close(admin, { caseId, verdict: 'UPHELD', note: ' a bot ' })).toMatchObject({
      __typename: 'CaseClosed',
      case: { status: 'UPHELD', note: 'a bot', closedBy: { id: admin.accountId } },
    });
    expect(await close(admin, { caseId, verdict: 'UPHELD', note: 'once more' })).toMatchObject({
      case: { note: 'a bot' },
    });
    expect(await close(admin, { caseId, verdict: 'DISMISSED' })).toEqual({
      __typename: 'CaseDecided',
      code: 'CASE_DECIDED',
      verdict: 'UPHELD',
    });
    expect((await cases({})).edges).toEqual([]);
    expect((await cases({ status: 'UPHELD' })).edges).toMatchObject([{ node: { id: caseId } }]);
    // The same report is the same case, closed as it is.
    expect(await report(ada, input)).toMatchObject({ caseId });
    const stored = await server.app.readStore.pool.query<{ data: string }>(
      `SELECT data::text FROM events WHERE type = 'CaseClosed'`,
    );
    expect(stored.rows).toHaveLength(1);
    expect(stored.rows[0]?.data).not.toContain('bot');
  });

  it('is read in pages, by those who may', async () => {
    const reporters = await actors(server, 3);
    const ids: string[] = [];
    let atLeast = '';
    for (const reporter of reporters) {
      const made = await report(reporter, { accountId: eve.accountId, reason: 'ABUSE' });
      ids.push(made.caseId);
      atLeast = made.readToken;
    }
    const first = await cases({ first: 2, atLeast });
    expect(first).toMatchObject({
      edges: ids.slice(0, 2).map((id) => ({ node: { id, comment: null, messages: [] } })),
      pageInfo: { hasNextPage: true, hasPreviousPage: false },
    });
    expect(await cases({ first: 2, after: first.edges[1]?.cursor })).toMatchObject({
      edges: [{ node: { id: ids[2] } }],
      pageInfo: { hasNextPage: false, hasPreviousPage: true },
    });
    await expect(cases({ after: 'bWVzc2FnZXM6Mw' })).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
    await expect(close(ada, { caseId: ids[0], verdict: 'DISMISSED' })).rejects.toMatchObject({ code: 'FORBIDDEN' });
    expect(await close(admin, { caseId: ids[0], verdict: 'DISMISSED', note: 'x'.repeat(1001) })).toMatchObject({
      __typename: 'InvalidText',
      field: 'note',
      reason: 'too_long',
    });
    expect(await close(admin, { caseId: `cas_${'0'.repeat(32)}`, verdict: 'UPHELD' })).toMatchObject({
      __typename: 'NoSuchCase',
    });
    expect(await close(admin, { caseId: ids[0], verdict: 'DISMISSED' })).toMatchObject({
      case: { status: 'DISMISSED', note: null },
    });
    const { readStore, eventStore, open } = server.app;
    const results = await verify({ readStore, eventStore, open, projections: PROJECTIONS });
    expect(results.flatMap(({ examples }) => examples)).toEqual([]);
  });
});
