import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EARLIEST_MS } from '../../../src/domain/preferences/index.js';
import { manualClock, type ManualClock } from '../../kit/clock.js';
import type { WireClient } from '../../kit/client.js';
import { startConversation } from '../../kit/documents.js';
import { actors, testApp, type Actor, type TestApp } from '../../kit/testApp.js';
import { device, plainId } from './kit.js';

let server: TestApp;
let clock: ManualClock;
beforeAll(async () => {
  clock = manualClock(Date.now());
  server = await testApp({ ACCESS_TOKEN_TTL_SECONDS: '86400' }, clock);
});
afterAll(() => server.close());

const fields =
  'id conversationId clientId at status messageSeq failure content { __typename ... on TextContent { text } }';
interface Scheduled {
  readonly id: string;
  readonly clientId: string;
  readonly at: string;
  readonly status: string;
  readonly messageSeq: number | null;
  readonly failure: string | null;
  readonly content: { readonly __typename: string; readonly text?: string };
}
interface Result {
  readonly __typename: string;
  readonly scheduledMessage: Scheduled;
  readonly readToken: string;
}
const outcome = `__typename ... on ScheduledMessageSaved { scheduledMessage { ${fields} } readToken }
  ... on Problem { code }`;

async function schedule(
  client: WireClient,
  conversationId: string,
  clientId: string,
  text: string,
  inMs: number,
): Promise<Result> {
  const input = { conversationId, clientId, text, at: new Date(clock.now() + inMs).toISOString() };
  const { scheduleMessage } = await client.run<{ scheduleMessage: Result }>(
    `mutation ($input: ScheduleMessageInput!) { scheduleMessage(input: $input) { ${outcome} } }`,
    { input },
  );
  return scheduleMessage;
}

async function cancel(client: WireClient, id: string): Promise<Result> {
  const { cancelScheduledMessage } = await client.run<{ cancelScheduledMessage: Result }>(
    `mutation { cancelScheduledMessage(scheduledMessageId: "${id}") { ${outcome} } }`,
  );
  return cancelScheduledMessage;
}

async function list(client: WireClient, args = 'first: 50'): Promise<readonly Scheduled[]> {
  const { scheduledMessages } = await client.run<{ scheduledMessages: { edges: { node: Scheduled }[] } }>(
    `{ scheduledMessages(${args}) { edges { node { ${fields} } } } }`,
  );
  return scheduledMessages.edges.map(({ node }) => node);
}

/** Moves the clock until the device has seen such a message: the worker looks whenever the clock wakes it. */
async function until(receiver: Actor, text: string): Promise<void> {
  let seen = false;
  const coming = receiver
    .sees(
      (update) =>
        update.__typename === 'MessageAdded' && (update.message.content as { readonly text?: string }).text === text,
    )
    .then(() => {
      seen = true;
    });
  while (!seen) {
    clock.advance(1_000);
    await Promise.race([coming, new Promise((resolve) => setImmediate(resolve))]);
  }
}

const countOf = ({ updates }: Actor, text: string): number =>
  updates.filter(
    ({ update }) =>
      update.__typename === 'MessageAdded' && (update.message.content as { readonly text?: string }).text === text,
  ).length;

describe('a scheduled message', () => {
  it('waits, and is sent when it is due, once', async () => {
    const [ada, bob] = (await actors(server, 2)) as [Actor, Actor];
    const chat = await startConversation(ada.client, bob.accountId);
    await bob.follow();
    const done = await schedule(ada.client, chat, 'c1', 'good morning', 3_600_000);
    expect(done.scheduledMessage).toMatchObject({
      status: 'WAITING',
      clientId: 'c1',
      content: { text: 'good morning' },
    });
    // A repeat is the same; other content under the same id is a conflict.
    const { at } = done.scheduledMessage;
    const left = Date.parse(at) - clock.now();
    expect((await schedule(ada.client, chat, 'c1', 'good morning', left)).scheduledMessage.id).toBe(
      done.scheduledMessage.id,
    );
    expect(await schedule(ada.client, chat, 'c1', 'good evening', left)).toMatchObject({
      __typename: 'IdempotencyConflict',
    });
    expect(await list(ada.client)).toMatchObject([{ id: done.scheduledMessage.id, status: 'WAITING' }]);
    expect(await list(ada.client, `conversationId: "${chat}"`)).toHaveLength(1);
    expect(await list(bob.client)).toEqual([]);
    const plain = await server.app.readStore.pool.query(`SELECT FROM events WHERE data::text LIKE '%good morning%'`);
    expect(plain.rowCount).toBe(0);

    clock.advance(3_500_000);
    expect(countOf(bob, 'good morning')).toBe(0);
    await until(bob, 'good morning');
    expect(clock.now()).toBeGreaterThanOrEqual(Date.parse(at));
    // The scheduling knows what became of it; repeating it sends nothing.
    let again = await schedule(ada.client, chat, 'c1', 'good morning', Date.parse(at) - clock.now());
    while (again.scheduledMessage.status !== 'SENT')
      again = await schedule(ada.client, chat, 'c1', 'good morning', Date.parse(at) - clock.now());
    expect(again.scheduledMessage).toMatchObject({ status: 'SENT', messageSeq: 1 });
    expect(await cancel(ada.client, done.scheduledMessage.id)).toMatchObject({ __typename: 'TooLateToCancel' });
    expect(await list(ada.client, `atLeast: "${again.readToken}"`)).toEqual([]);
    expect(countOf(bob, 'good morning')).toBe(1);
  });

  it('that is cancelled is never sent', async () => {
    const [ada, bob, eve] = (await actors(server, 3)) as [Actor, Actor, Actor];
    const chat = await startConversation(ada.client, bob.accountId);
    await bob.follow();
    const { scheduledMessage } = await schedule(ada.client, chat, 'c1', 'I take it back', 20_000);
    await schedule(ada.client, chat, 'c2', 'I do not', 30_000);
    expect(await cancel(eve.client, scheduledMessage.id)).toMatchObject({ __typename: 'NoSuchScheduledMessage' });
    expect((await cancel(ada.client, scheduledMessage.id)).scheduledMessage.status).toBe('CANCELLED');
    expect((await cancel(ada.client, scheduledMessage.id)).scheduledMessage.status).toBe('CANCELLED');
    await until(bob, 'I do not');
    expect(countOf(bob, 'I take it back')).toBe(0);
  });

  it("is known to one's other devices, live and after an absence, and to nobody else", async () => {
    const [ada, bob] = (await actors(server, 2)) as [Actor, Actor];
    const chat = await startConversation(ada.client, bob.accountId);
    const [phone, stranger] = [await device(server, ada), await device(server, bob)];
    const cursor = phone.cursor!;
    const { scheduledMessage } = await schedule(ada.client, chat, 'c1', 'one', 3_600_000);
    await cancel(ada.client, scheduledMessage.id);
    await schedule(ada.client, chat, 'c2', 'two', 3_600_000);
    const told = await phone.has(3);
    expect(told.map(({ __typename, status, messageSeq }) => [__typename, status, messageSeq])).toEqual(
      ['WAITING', 'CANCELLED', 'WAITING'].map((status) => ['ScheduledMessageChanged', status, null]),
    );
    const back = await device(server, ada, cursor);
    expect((await back.has(2)).map(({ status }) => status)).toEqual(['CANCELLED', 'WAITING']);
    expect(stranger.updates.map(({ update }) => update.__typename)).toEqual(['CursorAdvanced']);
    for (const one of [phone, back, stranger]) one.close();
  });

  it('is refused for strangers, for instants out of range and for texts that are none', async () => {
    const [ada, bob, eve] = (await actors(server, 3)) as [Actor, Actor, Actor];
    const chat = await startConversation(ada.client, bob.accountId);
    expect(await schedule(eve.client, chat, 'c1', 'x', 60_000)).toMatchObject({ __typename: 'NotAMember' });
    expect(await schedule(ada.client, chat, 'c1', 'x', EARLIEST_MS - 1)).toMatchObject({
      __typename: 'TimeOutOfRange',
      code: 'TIME_OUT_OF_RANGE',
    });
    expect(await schedule(ada.client, chat, 'c1', ' ', 60_000)).toMatchObject({ __typename: 'InvalidText' });
  });

  it('is one message, though two nodes send it, and after a node died between sending and saying so', async () => {
    const other = await server.another();
    const [ada, bob] = (await actors(server, 2)) as [Actor, Actor];
    const chat = await startConversation(ada.client, bob.accountId);
    await bob.follow();
    const { scheduledMessage } = await schedule(ada.client, chat, 'c1', 'only once', 3_600_000);
    // As a node would that dies then: the message is out, and nothing says so.
    const actor = { account: plainId(ada.accountId), device: plainId(ada.deviceId) };
    await server.app.handlers.messages.send({
      actor,
      conversationId: plainId(chat),
      clientId: 'c1',
      content: { kind: 'text', text: 'only once' },
    });
    await bob.sees(({ __typename }) => __typename === 'MessageAdded');
    clock.advance(3_600_000);
    const id = plainId(scheduledMessage.id);
    await Promise.all(
      [server, other].map(async ({ app }) => {
        if (await app.handlers.scheduled.release({ actor, scheduledId: id })) {
          const sent = await app.handlers.messages.send({
            actor,
            conversationId: plainId(chat),
            clientId: 'c1',
            content: { kind: 'text', text: 'only once' },
          });
          expect(sent).toMatchObject({ outcome: 'sent', seq: 1, repeated: true });
          await app.handlers.scheduled.finish({ actor, scheduledId: id, result: { seq: 1 } });
        }
      }),
    );
    const types: string[] = [];
    for await (const { type } of server.app.eventStore.readStream(`preferences-${actor.account}`)) types.push(type);
    expect(types).toEqual(['MessageScheduled', 'ScheduledMessageReleased', 'ScheduledMessageSent']);
    expect(countOf(bob, 'only once')).toBe(1);
    await other.app.stop();
  });
});
