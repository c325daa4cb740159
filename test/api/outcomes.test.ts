import { describe, expect, it } from 'vitest';
import type { Services } from '../../src/api/kit/context.js';
import { encodeId } from '../../src/api/kit/nodeIds.js';
import { buildApiSchema } from '../../src/api/schema.js';
import { alice, at, cursors, fakeContext, fakeServices, NOW, run } from './kit/fake.js';

const schema = buildApiSchema();
const problem = '... on Problem { code message }';
const conversation = encodeId('conversation', '01990000-0000-7000-8000-00000000000c');

async function answer(
  field: string,
  call: string,
  given: Partial<Services>,
  transport: 'http' | 'socket' = 'http',
): Promise<Record<string, unknown>> {
  const result = await run(
    schema,
    `mutation { ${field}${call} }`,
    fakeContext(fakeServices(given), undefined, transport),
  );
  expect(result.errors).toBeUndefined();
  return (result.data as Record<string, Record<string, unknown>>)[field]!;
}

describe('sendMessage', () => {
  const call = `(input: { conversationId: "${conversation}", clientId: "c1", text: "hi" }) { __typename ... on MessageSent { messageId clientId seq at readToken } ... on InvalidText { field reason } ... on RateLimited { retryAfterMs } ... on Busy { retryAfterMs } ${problem} }`;
  it.each([
    [{ outcome: 'not_a_member' }, { __typename: 'NotAMember', code: 'NOT_A_MEMBER' }],
    [
      { outcome: 'invalid_text', field: 'text', reason: 'empty' },
      { __typename: 'InvalidText', code: 'INVALID_TEXT', field: 'text', reason: 'empty' },
    ],
    [{ outcome: 'idempotency_conflict' }, { __typename: 'IdempotencyConflict', code: 'IDEMPOTENCY_CONFLICT' }],
    [
      { outcome: 'rate_limited', retryAfterMs: 70 },
      { __typename: 'RateLimited', code: 'RATE_LIMITED', retryAfterMs: 70 },
    ],
    [
      { outcome: 'busy', retryAfterMs: 200 },
      { __typename: 'Busy', code: 'BUSY', retryAfterMs: 200 },
    ],
    [
      { outcome: 'sent', messageId: alice, seq: 3, at: NOW, position: at(9n), repeated: false },
      {
        __typename: 'MessageSent',
        messageId: encodeId('message', alice),
        clientId: 'c1',
        seq: 3,
        at: new Date(NOW).toISOString(),
        readToken: cursors.encodeReadToken(at(9n)),
      },
    ],
  ])('%o', async (outcome, expected) => {
    expect(
      await answer('sendMessage', call, { messages: { send: () => Promise.resolve(outcome as never) } }),
    ).toMatchObject(expected);
  });

  it('hands sealed bytes through as they are', async () => {
    const asked: unknown[] = [];
    const messages: Services['messages'] = {
      send: (request) => (asked.push(request.content), Promise.resolve({ outcome: 'not_a_member' })),
    };
    await answer(
      'sendMessage',
      `(input: { conversationId: "${conversation}", clientId: "c", sealed: { algorithm: "mls", payload: "AAEC/w==" } }) { __typename }`,
      { messages },
    );
    expect(asked).toEqual([{ kind: 'sealed', algorithm: 'mls', bytes: 'AAEC/w==' }]);
  });
});

describe('acknowledge', () => {
  const call = `(input: { conversationId: "${conversation}", deliveredUpTo: 4 }) { __typename ... on Acknowledged { conversationId deliveredUpTo readUpTo } ... on BeyondHead { headSeq } ${problem} }`;
  it.each([
    [
      { outcome: 'acknowledged', delivered: 4, read: -1 },
      { __typename: 'Acknowledged', conversationId: conversation, deliveredUpTo: 4, readUpTo: 0 },
    ],
    [{ outcome: 'not_a_member' }, { __typename: 'NotAMember' }],
    [
      { outcome: 'beyond_head', head: 3 },
      { __typename: 'BeyondHead', code: 'BEYOND_HEAD', headSeq: 3 },
    ],
    [{ outcome: 'rate_limited', retryAfterMs: 1 }, { __typename: 'RateLimited' }],
    [{ outcome: 'busy', retryAfterMs: 1 }, { __typename: 'Busy' }],
  ])('%o', async (outcome, expected) => {
    expect(
      await answer('acknowledge', call, { receipts: { acknowledge: () => Promise.resolve(outcome as never) } }),
    ).toMatchObject(expected);
  });
});

describe('accounts', () => {
  const accounts = (handlers: object): Partial<Services> => ({
    accounts: { devices: { of: () => 'active' }, ...handlers } as never,
  });
  const tokens = { accessToken: 'a', accessExpiresAt: NOW, refreshToken: 'r' };

  it.each([
    [{ kind: 'otp_sent', expiresAt: NOW, resendAfter: NOW }, { __typename: 'OtpSent' }],
    [
      { kind: 'invalid_phone', reason: 'malformed' },
      { __typename: 'InvalidPhone', reason: 'malformed' },
    ],
    [{ kind: 'rate_limited', retryAfterMs: 5 }, { __typename: 'RateLimited' }],
  ])('requestOtp: %o', async (outcome, expected) => {
    const call = `(phone: "1") { __typename ... on InvalidPhone { reason } ${problem} }`;
    expect(
      await answer('requestOtp', call, accounts({ requestOtp: () => Promise.resolve({ outcome }) })),
    ).toMatchObject(expected);
  });

  it.each([
    [
      { kind: 'wrong_code', attemptsLeft: 2 },
      { __typename: 'WrongCode', code: 'WRONG_CODE' },
    ],
    [{ kind: 'code_expired' }, { __typename: 'CodeExpired', code: 'CODE_EXPIRED' }],
    [{ kind: 'invalid_phone', reason: 'malformed' }, { __typename: 'InvalidPhone' }],
    [{ kind: 'invalid_text', field: 'device.name', reason: 'empty' }, { __typename: 'InvalidText' }],
    [{ kind: 'rate_limited', retryAfterMs: 5 }, { __typename: 'RateLimited' }],
  ])('submitOtp: %o', async (outcome, expected) => {
    const call = `(phone: "1", code: "1", device: { name: "d", platform: "p" }) { __typename ${problem} }`;
    expect(await answer('submitOtp', call, accounts({ submitOtp: () => Promise.resolve({ outcome }) }))).toMatchObject(
      expected,
    );
  });

  it('refreshSession', async () => {
    const call = `(refreshToken: "r") { __typename ... on Refreshed { tokens { accessToken refreshToken } } ... on SessionEnded { reason } }`;
    const refresh = (outcome: object): Partial<Services> => accounts({ refresh: () => Promise.resolve({ outcome }) });
    expect(await answer('refreshSession', call, refresh({ kind: 'refreshed', tokens }))).toEqual({
      __typename: 'Refreshed',
      tokens: { accessToken: 'a', refreshToken: 'r' },
    });
    expect(await answer('refreshSession', call, refresh({ kind: 'session_ended', reason: 'token_reuse' }))).toEqual({
      __typename: 'SessionEnded',
      reason: 'token_reuse',
    });
  });

  it("renewSession takes a good token of the socket's own device only", async () => {
    const call = '(accessToken: "t") { __typename ... on SessionRenewed { expiresAt } ... on SessionEnded { reason } }';
    const verify = (verified: object): Partial<Services> => ({
      ...accounts({}),
      tokens: { issue: () => Promise.reject(new Error()), verify: () => verified as never },
    });
    const own = { ok: true, accountId: alice, deviceId: '01990000-0000-7000-8000-0000000000a1', expiresAt: NOW + 5000 };
    expect(await answer('renewSession', call, verify(own), 'socket')).toEqual({
      __typename: 'SessionRenewed',
      expiresAt: new Date(NOW + 5000).toISOString(),
    });
    expect(await answer('renewSession', call, verify({ ...own, expiresAt: NOW }), 'socket')).toEqual({
      __typename: 'SessionEnded',
      reason: 'expired',
    });
    expect(await answer('renewSession', call, verify({ ...own, deviceId: alice }), 'socket')).toMatchObject({
      __typename: 'SessionEnded',
    });
    expect(await answer('renewSession', call, verify({ ok: false, reason: 'invalid' }), 'socket')).toMatchObject({
      __typename: 'SessionEnded',
    });
  });

  it('startConversation', async () => {
    const call = `(with: "${encodeId('account', alice)}") { __typename ${problem} }`;
    const start = (outcome: object): Partial<Services> => ({
      conversations: { start: () => Promise.resolve(outcome as never) },
    });
    expect(await answer('startConversation', call, start({ outcome: 'no_such_account' }))).toMatchObject({
      code: 'NO_SUCH_ACCOUNT',
    });
    expect(await answer('startConversation', call, start({ outcome: 'rate_limited', retryAfterMs: 1 }))).toMatchObject({
      code: 'RATE_LIMITED',
    });
  });
});
