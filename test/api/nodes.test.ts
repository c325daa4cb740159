import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { entryOf } from '../../src/platform/redis/keys.js';
import type { RedisConnection } from '../../src/platform/redis/connection.js';
import { sendText, startConversation } from '../kit/documents.js';
import { connectTest, ownDatabase, redisUrl } from '../kit/redis.js';
import { actors, testApp, type Actor, type TestApp } from '../kit/testApp.js';

const otp = 'mutation ($phone: String!) { requestOtp(phone: $phone) { __typename } }';

/** One Postgres, one Redis, two nodes: what a client does at one of them holds at the other. */
describe.skipIf(redisUrl === undefined)('two nodes on one Redis', () => {
  let first: TestApp;
  let second: TestApp;
  let redis: RedisConnection;
  let phones = 41_790_000_000;

  beforeAll(async () => {
    const url = ownDatabase(10);
    redis = await connectTest(url);
    first = await testApp({ REDIS_URL: url });
    second = await first.another();
  });
  beforeEach(() => redis.redis.flushdb());
  afterAll(async () => {
    await second.app.stop();
    await first.close();
    await redis.close();
  });

  /** Alice at the first node, Bob at the second. */
  const pair = async (): Promise<[Actor, Actor, string]> => {
    const [alice, bob] = (await actors(first, 2)) as [Actor, Actor];
    await bob.connect(second.url);
    await bob.follow();
    return [alice, bob, await startConversation(alice.client, bob.accountId)];
  };
  const asks = async (node: TestApp, phone: string): Promise<string> => {
    const response = await fetch(`${node.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: otp, variables: { phone } }),
    });
    const { data } = (await response.json()) as { data: { requestOtp: { __typename: string } } };
    return data.requestOtp.__typename;
  };
  const texts = ({ updates }: Actor): string[] =>
    updates.flatMap(({ update }) => (update.__typename === 'MessageAdded' ? [update.message.content.text ?? ''] : []));

  it('carries what is sent through one to a socket of the other', async () => {
    const [alice, bob, conversation] = await pair();
    await sendText(alice.client, conversation, 'hello', 'over the nodes');
    await bob.sees((update) => update.__typename === 'MessageAdded' && update.message.clientId === 'hello');
    await alice.connect(second.url);
    bob.client.close();
    await bob.connect(first.url);
    await bob.follow(bob.cursor);
    await sendText(alice.client, conversation, 'hello', 'over the nodes');
    await sendText(alice.client, conversation, 'again', 'and the other way');
    await bob.sees((update) => update.__typename === 'MessageAdded' && update.message.clientId === 'again');
    expect(texts(bob)).toEqual(['over the nodes', 'and the other way']);
  });

  it('limits a client over both together', async () => {
    const phone = `+${phones++}`;
    expect(await asks(first, phone)).toBe('OtpSent');
    expect(await asks(second, phone)).toBe('RateLimited');
    expect(await asks(first, phone)).toBe('RateLimited');
    expect(await asks(second, `+${phones++}`)).toBe('OtpSent');
  });

  it('loses nothing when Redis loses everything under load, and limits again at once', async () => {
    const [alice, bob, conversation] = await pair();
    const phone = `+${phones++}`;
    expect(await asks(first, phone)).toBe('OtpSent');
    const sent: string[] = [];
    for (let round = 0; round < 10; round += 1) {
      const batch = Array.from({ length: 10 }, (_, n) => `${round}-${n}`);
      const answers = Promise.all(batch.map((id) => sendText(alice.client, conversation, id, id)));
      await redis.redis.flushdb();
      await answers;
      sent.push(...batch);
    }
    await bob.sees((update) => update.__typename === 'MessageAdded' && update.message.seq === sent.length);
    expect(texts(bob)).toEqual(sent);
    expect(await asks(second, phone)).toBe('OtpSent');
    expect(await asks(first, phone)).toBe('RateLimited');
  });

  it('keeps only what the table says, and nothing for ever', async () => {
    const [alice, , conversation] = await pair();
    await sendText(alice.client, conversation, 'any', 'any');
    await asks(first, `+${phones++}`);
    const keys = await redis.redis.keys('*');
    expect(keys.length).toBeGreaterThan(3);
    for (const key of keys) {
      expect([key, entryOf(key)]).toEqual([key, expect.anything()]);
      expect(await redis.redis.pttl(key)).toBeGreaterThan(0);
    }
  });
});
