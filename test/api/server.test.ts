import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { Services } from '../../src/api/kit/context.js';
import { FAULTS } from '../../src/api/kit/errors.js';
import { buildApiSchema } from '../../src/api/schema.js';
import { createHttpServer, type Health } from '../../src/api/server.js';
import { createLogger } from '../../src/platform/observability/logger.js';
import { alice, aliceDevice, fakeServices, NOW, at } from './kit/fake.js';

const open: Server[] = [];
afterEach(async () => {
  for (const server of open.splice(0)) await new Promise((resolve) => server.close(resolve));
});

const healthy: Health = { live: () => undefined, ready: () => Promise.resolve({ readStore: true }) };
const tokens = {
  issue: () => Promise.reject(new Error('not here')),
  verify: (token: string) =>
    token === 'good.to.ken'
      ? ({ ok: true, accountId: alice, deviceId: aliceDevice, expiresAt: NOW + 1000 } as const)
      : ({ ok: false, reason: 'invalid' } as const),
};
const accounts = (revoked = false): Services['accounts'] =>
  ({ devices: { of: () => (revoked ? 'revoked' : 'active') } }) as never;

interface Started {
  readonly url: string;
  readonly log: string[];
  ask(
    query: string,
    options?: { token?: string; variables?: object },
  ): Promise<{ status: number; text: string; body: Body }>;
}
interface Body {
  readonly data?: Record<string, { __typename?: string }> | null;
  readonly errors?: readonly { readonly message: string; readonly extensions: Record<string, unknown> }[];
}

async function start(
  given: Partial<Services> = {},
  options: { health?: Health; playground?: string } = {},
): Promise<Started> {
  const log: string[] = [];
  const logger = createLogger({ level: 'warn', destination: { write: (line: string) => log.push(line) } });
  const services = fakeServices({ tokens, accounts: accounts(), ...given });
  const server = createHttpServer({
    schema: buildApiSchema({ development: services.config.mode === 'development' }),
    services,
    logger,
    metrics: { contentType: 'text/plain', metrics: () => Promise.resolve('up 1\n') },
    health: options.health ?? healthy,
    ...(options.playground === undefined ? {} : { playground: options.playground }),
  });
  open.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    log,
    async ask(query, { token, variables } = {}) {
      const headers = {
        'content-type': 'application/json',
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      };
      const response = await fetch(`${url}/graphql`, {
        method: 'POST',
        headers,
        body: JSON.stringify({ query, variables }),
      });
      const text = await response.text();
      const body = JSON.parse(text) as Body;
      for (const error of body.errors ?? []) expect(Object.keys(FAULTS)).toContain(error.extensions['code']);
      return { status: response.status, text, body };
    },
  };
}

const send =
  'mutation ($text: String) { sendMessage(input: { conversationId: "cnv_01990000000070008000000000000001", clientId: "c", text: $text }) { __typename ... on Problem { code } ... on MessageSent { seq at readToken } } }';

describe('POST /graphql', () => {
  it('takes a bearer token, and refuses what needs one without', async () => {
    const server = await start({ messages: { send: () => Promise.resolve({ outcome: 'not_a_member' }) } });
    expect((await server.ask(send, { token: 'good.to.ken', variables: { text: 'x' } })).body.data).toEqual({
      sendMessage: { __typename: 'NotAMember', code: 'NOT_A_MEMBER' },
    });
    for (const token of [undefined, 'bad.to.ken']) {
      const { body } = await server.ask(send, { ...(token === undefined ? {} : { token }), variables: { text: 'x' } });
      expect(body.errors?.[0]?.extensions).toEqual({ code: 'UNAUTHENTICATED' });
    }
  });

  it("refuses a revoked device's token", async () => {
    const server = await start({ accounts: accounts(true) });
    expect((await server.ask(send, { token: 'good.to.ken' })).body.errors?.[0]?.extensions['code']).toBe(
      'UNAUTHENTICATED',
    );
  });

  it('masks a fault, and names it in the log', async () => {
    const server = await start({
      messages: { send: () => Promise.reject(new Error('relation "secret" does not exist')) },
    });
    const { text, body } = await server.ask(send, { token: 'good.to.ken', variables: { text: 'x' } });
    const { code, incident } = body.errors?.[0]?.extensions ?? {};
    expect(code).toBe('INTERNAL');
    expect(text).not.toMatch(/relation|secret|stack|at /i);
    expect(server.log.some((line) => line.includes(String(incident)) && line.includes('relation'))).toBe(true);
  });

  it('says that an engine does not answer', async () => {
    const down = Object.assign(new Error('connect ECONNREFUSED /tmp/x'), { code: 'ECONNREFUSED' });
    const server = await start({ messages: { send: () => Promise.reject(down) } });
    const { text, body } = await server.ask(send, { token: 'good.to.ken', variables: { text: 'x' } });
    expect(body.errors?.[0]?.extensions['code']).toBe('UNAVAILABLE');
    expect(text).not.toContain('ECONNREFUSED');
  });

  it.each([
    ['not GraphQL', '{ me', {}, 'GRAPHQL_PARSE_FAILED'],
    ['an unknown field', '{ nothing }', {}, 'GRAPHQL_VALIDATION_FAILED'],
    [
      'a bad variable',
      'query ($n: Int) { conversations(first: $n) { edges { cursor } } }',
      { n: 'x' },
      'BAD_USER_INPUT',
    ],
    [
      'a bad literal',
      'mutation { sendMessage(input: { conversationId: "a", clientId: "b", sealed: { algorithm: "x", payload: "%" } }) { __typename } }',
      {},
      'GRAPHQL_VALIDATION_FAILED',
    ],
    [
      'too many aliases',
      `{ ${Array.from({ length: 40 }, (_, index) => `a${index}: me { deviceId }`).join(' ')} }`,
      {},
      'TOO_COMPLEX',
    ],
    ['too many tokens', `{ me { ${'deviceId '.repeat(2_100)} } }`, {}, 'TOO_COMPLEX'],
  ])('%s', async (_what, query, variables, code) => {
    const server = await start();
    const { body } = await server.ask(query, { token: 'good.to.ken', variables });
    expect(body.errors?.[0]?.extensions['code']).toBe(code);
  });

  it('takes a text of 65,536 characters however it is escaped, and refuses a body past the limit', async () => {
    const server = await start({
      messages: {
        send: () =>
          Promise.resolve({
            outcome: 'sent',
            messageId: '01990000-0000-7000-8000-000000000002',
            seq: 1,
            at: NOW,
            position: at(9n),
            repeated: false,
          }),
      },
    });
    const escaped = `{"query":${JSON.stringify(send)},"variables":{"text":"${'\\u4f60'.repeat(65_536)}"}}`;
    const headers = { 'content-type': 'application/json', authorization: 'Bearer good.to.ken' };
    const taken = await fetch(`${server.url}/graphql`, { method: 'POST', headers, body: escaped });
    expect(await taken.json()).toMatchObject({
      data: { sendMessage: { __typename: 'MessageSent', seq: 1, at: new Date(NOW).toISOString() } },
    });
    const refused = await fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers,
      body: JSON.stringify({ query: '{me{deviceId}}', variables: { x: 'x'.repeat(600_000) } }),
    });
    expect(refused.status).toBe(413);
    expect(await refused.json()).toMatchObject({ errors: [{ extensions: { code: 'TOO_COMPLEX' } }] });
  });

  it('answers a body that is no JSON without details', async () => {
    const { url } = await start();
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"query"',
    });
    expect(response.status).toBe(400);
    expect(await response.json()).toEqual({
      errors: [{ message: 'The request cannot be read.', extensions: { code: 'BAD_USER_INPUT' } }],
    });
  });

  it('knows no batches', async () => {
    const { url } = await start();
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '[{"query":"{__typename}"},{"query":"{__typename}"}]',
    });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'BAD_USER_INPUT' } }] });
  });
});

describe('modes', () => {
  const outbox = { read: (to: string) => Promise.resolve([{ to, body: 'hello', code: '123456', at: NOW }]) };
  const query = '{ devOutbox(phone: "+447400123456") { to code } }';

  it('shows the outbox in development on loopback', async () => {
    const server = await start({ outbox });
    expect((await server.ask(query)).body.data).toEqual({ devOutbox: [{ to: '+447400123456', code: '123456' }] });
  });

  it('refuses it on another address even if the schema has it', async () => {
    const server = await start({ outbox, config: { mode: 'development', host: '0.0.0.0' } });
    expect((await server.ask(query)).body.errors?.[0]?.extensions['code']).toBe('FORBIDDEN');
  });

  it('production has no outbox, no introspection, no playground', async () => {
    const playground = mkdtempSync(path.join(tmpdir(), 'playground-'));
    writeFileSync(path.join(playground, 'index.html'), 'the page');
    const production = await start({ outbox, config: { mode: 'production', host: '127.0.0.1' } }, { playground });
    expect((await production.ask(query)).body.errors?.[0]?.extensions['code']).toBe('GRAPHQL_VALIDATION_FAILED');
    expect((await production.ask('{ __schema { types { name } } }')).body.errors?.[0]?.extensions['code']).toBe(
      'GRAPHQL_VALIDATION_FAILED',
    );
    expect((await fetch(`${production.url}/playground/`)).status).toBe(404);
    const development = await start({ outbox }, { playground });
    expect(await (await fetch(`${development.url}/playground`)).text()).toBe('the page');
  });
});

describe('probes', () => {
  it('say how the server is', async () => {
    const { url } = await start(
      {},
      { health: { live: () => undefined, ready: () => Promise.resolve({ readStore: true, projections: false }) } },
    );
    expect((await fetch(`${url}/health/live`)).status).toBe(200);
    const ready = await fetch(`${url}/health/ready`);
    expect([ready.status, await ready.json()]).toEqual([
      503,
      { ready: false, checks: { readStore: true, projections: false } },
    ]);
    expect(await (await fetch(`${url}/metrics`)).text()).toBe('up 1\n');
  });

  it('a check that throws is a masked fault', async () => {
    const { url } = await start(
      {},
      { health: { live: () => undefined, ready: () => Promise.reject(new Error('secret')) } },
    );
    const response = await fetch(`${url}/health/ready`);
    expect(response.status).toBe(500);
    expect(await response.text()).not.toContain('secret');
  });
});
