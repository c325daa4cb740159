import WebSocket from 'ws';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connect } from '../../kit/client.js';
import { sendText, startConversation, updatesDocument } from '../../kit/documents.js';
import { actors, testApp, type Actor, type TestApp } from '../../kit/testApp.js';

let server: TestApp;
beforeAll(async () => {
  server = await testApp();
});
afterAll(() => server.close());

const socketUrl = (): string => `${server.url.replace('http', 'ws')}/graphql`;

/** A socket of which the test reads the frames, or does not. */
function rawSocket(token: string): Promise<{ ws: WebSocket; closed: Promise<number> }> {
  const ws = new WebSocket(socketUrl(), ['graphql-transport-ws']);
  const closed = new Promise<number>((resolve) => ws.once('close', resolve));
  return new Promise((resolve, reject) => {
    ws.once('error', reject);
    ws.once('open', () => {
      ws.send(JSON.stringify({ type: 'connection_init', payload: { token } }));
    });
    ws.once('message', () => {
      resolve({ ws, closed });
    });
  });
}

describe('a socket', () => {
  it('is refused with a token that is not good', async () => {
    const ws = new WebSocket(socketUrl(), ['graphql-transport-ws']);
    const closed = new Promise<number>((resolve) => ws.once('close', resolve));
    ws.once('open', () => {
      ws.send(JSON.stringify({ type: 'connection_init', payload: { token: 'made.up.token' } }));
    });
    expect(await closed).toBe(4401);
  });

  it('without a token can sign in, and nothing else', async () => {
    const client = await connect(server.url);
    await expect(client.run('{ me { deviceId } }')).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    const answer = await client.run<{ requestOtp: { __typename: string } }>(
      'mutation { requestOtp(phone: "123") { __typename } }',
    );
    expect(answer.requestOtp.__typename).toBe('InvalidPhone');
    client.close();
  });

  it('is closed at once when its device signs out, and only that one', async () => {
    const [alice, bob] = (await actors(server, 2)) as [Actor, Actor];
    await bob.follow();
    const other = await connect(server.url, { token: alice.token });
    await other.run('mutation { signOut { __typename } }').catch(() => undefined);
    expect((await alice.closed).code).toBe(4403);
    await expect(connect(server.url, { token: alice.token })).rejects.toMatchObject({
      message: expect.stringContaining('4401') as string,
    });
    const { me } = await bob.client.run<{ me: { deviceId: string } }>('{ me { deviceId } }');
    expect(me.deviceId).toBe(bob.deviceId);
  });

  it('that does not read is closed with the code to resume, and loses nothing', async () => {
    const [alice, bob] = (await actors(server, 2)) as [Actor, Actor];
    const conversation = await startConversation(alice.client, bob.accountId);
    await bob.follow();
    const start = bob.cursor;
    bob.client.close();
    await bob.closed;
    const { ws, closed } = await rawSocket(bob.token);
    ws.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query: updatesDocument, variables: {} } }));
    await new Promise((resolve) => ws.once('message', resolve));
    ws.pause();
    const large = 'x'.repeat(60_000);
    const count = 400;
    for (let n = 0; n < count; n += 20)
      await Promise.all(
        Array.from({ length: 20 }, (_, index) => sendText(alice.client, conversation, `c${n + index}`, large)),
      );
    ws.resume();
    expect(await closed).toBe(1013);
    bob.updates.length = 0;
    await bob.connect();
    await bob.follow(start);
    const seen = bob.updates.flatMap(({ update }) =>
      update.__typename === 'MessageAdded' ? [update.message.seq] : [],
    );
    expect(seen).toEqual(Array.from({ length: count }, (_, index) => index + 1));
  });

  it('answers what is no GraphQL with an error of that operation', async () => {
    const [alice] = (await actors(server, 1)) as [Actor];
    await expect(alice.client.run('{ nonsense')).rejects.toMatchObject({ code: 'GRAPHQL_PARSE_FAILED' });
    await expect(alice.client.run('{ nonsense }')).rejects.toMatchObject({ code: 'GRAPHQL_VALIDATION_FAILED' });
    await expect(
      alice.client.run('query ($n: Int!) { conversations(first: $n) { edges { cursor } } }', { n: 'x' }),
    ).rejects.toMatchObject({
      code: 'BAD_USER_INPUT',
    });
  });
});
