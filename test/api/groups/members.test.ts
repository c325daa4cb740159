import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sendText, type Update } from '../../kit/documents.js';
import {
  addMembers,
  changeRole,
  createGroup,
  createInviteLink,
  joinGroup,
  leaveGroup,
  removeMember,
  updateGroupInfo,
  updateGroupSettings,
  type GroupSettingsGiven,
} from '../../kit/groups.js';
import { actors, testApp, type Actor, type TestApp } from '../../kit/testApp.js';

let server: TestApp;
beforeAll(async () => {
  server = await testApp();
});
afterAll(() => server.close());

type People = [Actor, Actor, Actor, Actor];

/** Owned by the first, with the second and third in it. */
async function group(settings: GroupSettingsGiven = {}): Promise<{ people: People; id: string }> {
  const people = (await actors(server, 4)) as People;
  const [owner, bob, cleo] = people;
  const memberIds = [bob.accountId, cleo.accountId];
  const { id } = await createGroup(owner.client, { clientId: 'g', name: 'Climbing', memberIds, settings });
  return { people, id };
}

const read = <T>(actor: Actor, id: string, fields: string, atLeast?: string): Promise<T> =>
  actor.client
    .run<{ conversation: T }>(
      `query ($id: ID!, $atLeast: ReadToken) { conversation(id: $id, atLeast: $atLeast) { ${fields} } }`,
      { id, atLeast },
    )
    .then(({ conversation }) => conversation);
const textsOf = async (actor: Actor, id: string, atLeast: string): Promise<(string | undefined)[]> => {
  const { messages } = await read<{ messages: { edges: { node: { content: { text?: string } } }[] } }>(
    actor,
    id,
    'messages(first: 50) { edges { node { content { ... on TextContent { text } } } } }',
    atLeast,
  );
  return messages.edges.map(({ node }) => node.content.text);
};
const isText =
  (text: string) =>
  (update: Update): boolean =>
    update.__typename === 'MessageAdded' && update.message.content.text === text;
const told = (actor: Actor): (string | undefined)[] =>
  actor.updates.flatMap(({ update }) => (update.__typename === 'MessageAdded' ? [update.message.content.text] : []));

describe('a group', () => {
  it('is created once for a client id, and is what it was made', async () => {
    const [owner, bob] = (await actors(server, 2)) as [Actor, Actor];
    const given = {
      clientId: 'mine',
      name: '  Climbing ',
      description: 'Up.',
      avatar: 'media/1',
      memberIds: [bob.accountId, bob.accountId, owner.accountId, `acc_${'0'.repeat(32)}`],
      settings: { send: 'ADMINS' },
    } as const;
    const first = await createGroup(owner.client, given);
    expect(first).toMatchObject({
      created: true,
      notAdded: [{ accountId: `acc_${'0'.repeat(32)}`, reason: 'NO_SUCH_ACCOUNT' }],
    });
    expect(await createGroup(owner.client, { ...given, name: 'Other' })).toMatchObject({
      id: first.id,
      created: false,
    });
    const fields = 'kind name description avatar myRole settings { send editInfo addMembers approval sharedHistory }';
    const shown = {
      kind: 'GROUP',
      name: 'Climbing',
      description: 'Up.',
      avatar: 'media/1',
      settings: { send: 'ADMINS', editInfo: 'EVERYONE', addMembers: 'EVERYONE', approval: false, sharedHistory: false },
    };
    expect(await read(owner, first.id, fields, first.readToken)).toEqual({ ...shown, myRole: 'OWNER' });
    expect(await read(bob, first.id, fields, first.readToken)).toEqual({ ...shown, myRole: 'MEMBER' });
    expect((await createGroup(bob.client, given)).id).not.toBe(first.id);
  });

  it('brings a message to all of its members, and to nobody else', async () => {
    const { people, id } = await group();
    await Promise.all(people.map((actor) => actor.follow()));
    const [owner, bob, cleo, dan] = people;
    await sendText(bob.client, id, 'c1', 'hello all');
    for (const actor of [owner, bob, cleo]) await actor.sees(isText('hello all'));
    await addMembers(owner.client, id, dan.accountId);
    await sendText(bob.client, id, 'c2', 'hello Dan');
    await dan.sees(isText('hello Dan'));
    expect(told(dan)).toEqual(['hello Dan']);
  });

  it('lets nobody in who was removed: no message, no page, no replay, no subscription', async () => {
    const { people, id } = await group();
    const [owner, bob, cleo] = people;
    await Promise.all([bob.follow(), cleo.follow()]);
    const ended = new Promise<void>((resolve) => {
      bob.client.subscribe(
        'subscription ($id: ID!) { conversationUpdates(conversationId: $id) { cursor } }',
        { id },
        () => undefined,
        () => {
          resolve();
        },
      );
    });
    await sendText(owner.client, id, 'c1', 'before');
    await bob.sees(isText('before'));
    await removeMember(owner.client, id, bob.accountId);
    await expect(sendText(bob.client, id, 'c1', 'me again')).rejects.toMatchObject({ code: 'NOT_A_MEMBER' });
    const { readToken } = await sendText(owner.client, id, 'c2', 'after');
    await cleo.sees(isText('after'));
    await ended;
    expect(await textsOf(bob, id, readToken)).toEqual(['before']);
    expect(await read(bob, id, 'myRole')).toEqual({ myRole: null });
    bob.client.terminate();
    await bob.closed;
    await bob.connect();
    await bob.follow(bob.updates[0]!.cursor);
    expect(told(bob)).not.toContain('after');
    await expect(addMembers(bob.client, id, bob.accountId)).rejects.toMatchObject({ code: 'NOT_A_MEMBER' });

    await addMembers(owner.client, id, bob.accountId);
    const again = await sendText(bob.client, id, 'c3', 'back');
    expect(await textsOf(bob, id, again.readToken)).toEqual(['before', 'back']);
  });

  it('shows newcomers what was said before where it shares its history', async () => {
    const { people, id } = await group({ sharedHistory: true });
    const [owner, , , dan] = people;
    await sendText(owner.client, id, 'c1', 'long ago');
    await addMembers(owner.client, id, dan.accountId);
    const { readToken } = await sendText(dan.client, id, 'c1', 'now');
    expect(await textsOf(dan, id, readToken)).toEqual(['long ago', 'now']);
  });

  it('adds nobody who does not let the caller add them: a link can be sent instead', async () => {
    const { people, id } = await group();
    const [owner, , , dan] = people;
    await dan.client.run('mutation { updatePrivacy(input: { addToGroups: { kind: NOBODY } }) { __typename } }');
    const notAdded = [{ accountId: dan.accountId, reason: 'INVITE' }];
    expect(await addMembers(owner.client, id, dan.accountId)).toMatchObject({ notAdded });
    expect(
      await createGroup(owner.client, { clientId: 'g2', name: 'Other', memberIds: [dan.accountId] }),
    ).toMatchObject({ created: true, notAdded });
    await expect(sendText(dan.client, id, 'c1', 'in?')).rejects.toMatchObject({ code: 'NOT_A_MEMBER' });
    // A request of one's own is another matter.
    const { token } = await createInviteLink(owner.client, id);
    await joinGroup(dan.client, token);
    await sendText(dan.client, id, 'c1', 'in');
  });

  it('obeys its settings and roles', async () => {
    const { people, id } = await group({ send: 'ADMINS', editInfo: 'ADMINS', addMembers: 'ADMINS' });
    const [owner, bob, cleo, dan] = people;
    const notAllowed = { code: 'NOT_ALLOWED' };
    await expect(sendText(bob.client, id, 'c1', 'may I?')).rejects.toMatchObject(notAllowed);
    await expect(updateGroupInfo(bob.client, id, { name: 'Mine' })).rejects.toMatchObject(notAllowed);
    await expect(addMembers(bob.client, id, dan.accountId)).rejects.toMatchObject(notAllowed);
    await expect(updateGroupSettings(bob.client, id, { send: 'EVERYONE' })).rejects.toMatchObject(notAllowed);
    await expect(changeRole(bob.client, id, bob.accountId, 'ADMIN')).rejects.toMatchObject(notAllowed);
    await expect(changeRole(owner.client, id, owner.accountId, 'ADMIN')).rejects.toMatchObject({ code: 'LAST_OWNER' });
    await expect(removeMember(owner.client, id, dan.accountId)).rejects.toMatchObject({ code: 'NO_SUCH_MEMBER' });
    await changeRole(owner.client, id, bob.accountId, 'ADMIN');
    await sendText(bob.client, id, 'c1', 'I may');
    await expect(removeMember(bob.client, id, owner.accountId)).rejects.toMatchObject(notAllowed);
    await updateGroupInfo(bob.client, id, { name: 'Bouldering', description: 'Low.' });
    await expect(updateGroupInfo(bob.client, id, { name: ' ' })).rejects.toMatchObject({ code: 'INVALID_TEXT' });
    const { readToken } = await leaveGroup(owner.client, id);
    expect(await read(bob, id, 'myRole name description', readToken)).toEqual({
      myRole: 'OWNER',
      name: 'Bouldering',
      description: 'Low.',
    });
    await leaveGroup(owner.client, id);
    await leaveGroup(bob.client, id);
    const last = await leaveGroup(cleo.client, id);
    expect(await read(cleo, id, 'myRole', last.readToken)).toEqual({ myRole: null });
  });

  it('stands still for who was removed', async () => {
    const { people, id } = await group();
    const [owner, bob, cleo, dan] = people;
    await removeMember(owner.client, id, bob.accountId);
    await updateGroupInfo(owner.client, id, { name: 'Secret', description: 'New.', avatar: 'media/9' });
    await addMembers(owner.client, id, dan.accountId);
    const { readToken } = await updateGroupSettings(owner.client, id, { send: 'ADMINS' });
    const fields =
      'name description avatar myRole settings { send } members { edges { node { role account { id } } } } inviteLinks { id }';
    const seen = await read<{ members: { edges: { node: { account: { id: string } } }[] } }>(
      bob,
      id,
      fields,
      readToken,
    );
    expect(seen).toMatchObject({
      name: 'Climbing',
      description: null,
      avatar: null,
      myRole: null,
      settings: { send: 'EVERYONE' },
      inviteLinks: null,
    });
    expect(seen.members.edges.map(({ node }) => node.account.id).sort()).toEqual(
      [owner.accountId, cleo.accountId].sort(),
    );
  });

  it('lists its members by pages, in the order of joining', async () => {
    const { people, id } = await group();
    const [owner, bob, cleo, dan] = people;
    const { readToken } = await addMembers(owner.client, id, dan.accountId);
    interface Page {
      readonly members: {
        readonly edges: readonly { readonly node: { readonly accountId: string; readonly role: string } }[];
        readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string };
      };
    }
    const page = (after: string | null): Promise<Page> =>
      read<Page>(
        owner,
        id,
        `members(first: 2, after: ${JSON.stringify(after)}) { edges { node { accountId role } } pageInfo { hasNextPage endCursor } }`,
        readToken,
      );
    const first = await page(null);
    const second = await page(first.members.pageInfo.endCursor);
    const listed = [first, second].flatMap(({ members }) => members.edges.map(({ node }) => node));
    expect([first, second].map(({ members }) => members.pageInfo.hasNextPage)).toEqual([true, false]);
    expect(listed.slice(0, 3).map(({ accountId }) => accountId)).toEqual(
      [owner, bob, cleo].map(({ accountId }) => accountId).sort(),
    );
    expect(listed[3]).toEqual({ accountId: dan.accountId, role: 'MEMBER' });
    expect(listed.find(({ accountId }) => accountId === owner.accountId)?.role).toBe('OWNER');
  });

  it('is no direct conversation: that one is managed by nobody', async () => {
    const [owner, bob] = (await actors(server, 2)) as [Actor, Actor];
    const { startConversation } = await owner.client.run<{ startConversation: { conversation: { id: string } } }>(
      'mutation ($id: ID!) { startConversation(with: $id) { ... on ConversationStarted { conversation { id } } } }',
      { id: bob.accountId },
    );
    const { id } = startConversation.conversation;
    for (const attempt of [
      () => addMembers(owner.client, id, bob.accountId),
      () => removeMember(owner.client, id, bob.accountId),
      () => leaveGroup(owner.client, id),
      () => changeRole(owner.client, id, bob.accountId, 'ADMIN'),
      () => updateGroupInfo(owner.client, id, { name: 'x' }),
      () => updateGroupSettings(owner.client, id, { send: 'ADMINS' }),
    ])
      await expect(attempt()).rejects.toMatchObject({ code: 'NOT_ALLOWED' });
  });
});
