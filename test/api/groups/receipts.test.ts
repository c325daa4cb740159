import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { acknowledgeUpTo, sendText, startConversation } from '../../kit/documents.js';
import { addMembers, createGroup, leaveGroup, removeMember } from '../../kit/groups.js';
import { actors, testApp, type Actor, type TestApp } from '../../kit/testApp.js';

let server: TestApp;
beforeAll(async () => {
  server = await testApp();
});
afterAll(() => server.close());

interface Receipt {
  readonly account: { readonly id: string };
  readonly delivered: boolean;
  readonly deliveredAt: string | null;
  readonly read: boolean;
  readonly readAt: string | null;
}

/** Once the read model has all that happened: receipts have no read token of their own. */
async function settled(): Promise<void> {
  expect(await server.app.projector.waitFor(await server.app.eventStore.head(), 10_000)).toBe(true);
}

async function info(actor: Actor, messageId: string, first = 50): Promise<Map<string, Receipt> | null> {
  await settled();
  const { messageInfo } = await actor.client.run<{
    messageInfo: { members: { edges: { node: Receipt }[] } } | null;
  }>(
    `query ($id: ID!, $first: Int) { messageInfo(messageId: $id) { seq at members(first: $first) { edges { node { account { id } delivered deliveredAt read readAt } } pageInfo { hasNextPage endCursor } } } }`,
    { id: messageId, first },
  );
  if (messageInfo === null) return null;
  return new Map(messageInfo.members.edges.map(({ node }) => [node.account.id, node]));
}

async function statusOf(actor: Actor, messageId: string): Promise<string | null> {
  await settled();
  const { message } = await actor.client.run<{ message: { status: string | null } }>(
    'query ($id: ID!) { message(id: $id) { status } }',
    { id: messageId },
  );
  return message.status;
}

const none = { delivered: false, deliveredAt: null, read: false, readAt: null };
const aTime = expect.any(String) as string;

describe('receipts in a group', () => {
  it('tell the author when all have it and have read it, and on request who and when', async () => {
    const [owner, bob, cleo, dan] = (await actors(server, 4)) as [Actor, Actor, Actor, Actor];
    const memberIds = [bob.accountId, cleo.accountId];
    const { id } = await createGroup(owner.client, { clientId: 'g', name: 'Climbing', memberIds });
    await Promise.all([owner.follow(), bob.follow()]);
    const { messageId, seq } = await sendText(owner.client, id, 'c1', 'who is there?');
    expect(await info(owner, messageId)).toEqual(
      new Map([bob, cleo].map(({ accountId }) => [accountId, { account: { id: accountId }, ...none }])),
    );
    await acknowledgeUpTo(bob.client, id, { deliveredUpTo: seq });
    const first = (await info(owner, messageId))!;
    expect(first.get(bob.accountId)).toMatchObject({ delivered: true, deliveredAt: aTime, read: false, readAt: null });
    expect(first.get(cleo.accountId)).toMatchObject(none);
    expect(await statusOf(owner, messageId)).toBe('SENT');

    await acknowledgeUpTo(cleo.client, id, { deliveredUpTo: seq });
    expect(
      await owner.sees((update) => update.__typename === 'GroupReceiptAdvanced' && update.everyoneHas >= seq),
    ).toMatchObject({ conversationId: id });
    expect(await statusOf(owner, messageId)).toBe('DELIVERED');
    await acknowledgeUpTo(bob.client, id, { readUpTo: seq });
    // Who answers has read it.
    const answer = await sendText(cleo.client, id, 'c1', 'me');
    const all = (await info(owner, messageId))!;
    expect(all.get(bob.accountId)).toMatchObject({
      deliveredAt: first.get(bob.accountId)!.deliveredAt,
      read: true,
      readAt: aTime,
    });
    expect(all.get(cleo.accountId)).toMatchObject({ read: true, readAt: answer.at });
    expect(await statusOf(owner, messageId)).toBe('READ');

    // Nobody else is told of another's receipt, or asks for it.
    expect(bob.updates.some(({ update }) => update.__typename === 'GroupReceiptAdvanced')).toBe(false);
    expect(await info(bob, messageId)).toBeNull();
    expect(await info(dan, messageId)).toBeNull();
    expect(await statusOf(bob, messageId)).toBeNull();
  });

  it('count those who were there when it was sent and still are', async () => {
    const [owner, bob, cleo, dan] = (await actors(server, 4)) as [Actor, Actor, Actor, Actor];
    const memberIds = [bob.accountId, cleo.accountId];
    const { id } = await createGroup(owner.client, { clientId: 'g', name: 'Climbing', memberIds });
    const { messageId, seq } = await sendText(owner.client, id, 'c1', 'before Dan');
    await addMembers(owner.client, id, dan.accountId);
    await acknowledgeUpTo(bob.client, id, { readUpTo: seq });
    expect([...(await info(owner, messageId))!.keys()]).toEqual([bob.accountId, cleo.accountId].sort());
    expect(await statusOf(owner, messageId)).toBe('SENT');
    await removeMember(owner.client, id, cleo.accountId);
    expect(await statusOf(owner, messageId)).toBe('READ');
    await leaveGroup(bob.client, id);
    expect(await statusOf(owner, messageId)).toBe('SENT');
    expect(await info(owner, messageId)).toEqual(new Map());
  });

  it('show no reading of who does not want it shown, and none to such a one', async () => {
    const [owner, bob] = (await actors(server, 2)) as [Actor, Actor];
    await bob.client.run('mutation { updatePrivacy(input: { readReceipts: false }) { __typename } }');
    const { id } = await createGroup(owner.client, { clientId: 'g', name: 'Two', memberIds: [bob.accountId] });
    const { messageId, seq } = await sendText(owner.client, id, 'c1', 'read it?');
    await acknowledgeUpTo(bob.client, id, { readUpTo: seq });
    expect((await info(owner, messageId))!.get(bob.accountId)).toMatchObject({
      delivered: true,
      read: false,
      readAt: null,
    });
    expect(await statusOf(owner, messageId)).toBe('DELIVERED');
    const answer = await sendText(bob.client, id, 'c1', 'yes');
    await acknowledgeUpTo(owner.client, id, { readUpTo: answer.seq });
    expect((await info(bob, answer.messageId))!.get(owner.accountId)).toMatchObject({ delivered: true, read: false });
  });

  it('are as exact between two', async () => {
    const [alice, bob] = (await actors(server, 2)) as [Actor, Actor];
    const id = await startConversation(alice.client, bob.accountId);
    const { messageId, seq } = await sendText(alice.client, id, 'c1', 'hello');
    await sendText(alice.client, id, 'c2', 'again');
    await acknowledgeUpTo(bob.client, id, { deliveredUpTo: seq });
    const before = (await info(alice, messageId))!.get(bob.accountId)!;
    await acknowledgeUpTo(bob.client, id, { readUpTo: seq + 1 });
    const after = (await info(alice, messageId))!.get(bob.accountId)!;
    expect(after).toMatchObject({ delivered: true, deliveredAt: before.deliveredAt, read: true, readAt: aTime });
  });
});
