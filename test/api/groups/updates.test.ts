import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { currentCursor, sendText, type Envelope } from '../../kit/documents.js';
import {
  addMembers,
  changeRole,
  createGroup,
  createInviteLink,
  decideJoin,
  joinGroup,
  leaveGroup,
  removeMember,
  revokeInviteLink,
  updateGroupInfo,
  updateGroupSettings,
} from '../../kit/groups.js';
import { actors, testApp, type Actor, type TestApp } from '../../kit/testApp.js';

let server: TestApp;
beforeAll(async () => {
  server = await testApp();
});
afterAll(() => server.close());

const document = `subscription ($after: Cursor) { updates(after: $after) { cursor update { __typename
  ... on MessageAdded { message { seq content { ... on TextContent { text } } } }
  ... on ConversationAdded { conversationId memberIds }
  ... on MembersChanged { conversationId seq at actorId change accountIds role newOwnerId }
  ... on ConversationInfoChanged { conversationId seq at actorId changed name description avatar }
  ... on GroupSettingsChanged { conversationId seq at actorId send editInfo addMembers approval sharedHistory }
  ... on InviteLinksChanged { conversationId seq at actorId linkId revoked }
  ... on JoinRequested { conversationId seq at actorId accountId }
  ... on JoinDeclined { conversationId seq at actorId accountId } } } }`;

/** What the actor is told from a cursor on, until a message that says `end`. */
function toldUntil(actor: Actor, end: string, after?: string): { live: Promise<void>; told: Promise<Envelope[]> } {
  const seen: Envelope[] = [];
  let live = (): void => undefined;
  const isLive = new Promise<void>((resolve) => (live = resolve));
  const told = new Promise<Envelope[]>((resolve, reject) => {
    const stop = actor.client.subscribe<{ updates: Envelope }>(
      document,
      { after },
      ({ updates }) => {
        if (updates.update.__typename === 'CursorAdvanced') live();
        else seen.push(updates);
        if (JSON.stringify(updates).includes(`"${end}"`)) {
          resolve(seen);
          stop();
        }
      },
      (error) => {
        if (error !== undefined) reject(error);
      },
    );
  });
  return { live: isLive, told };
}

/** Past all that there is. */
async function cursorsOf(people: readonly Actor[]): Promise<readonly string[]> {
  await server.app.projector.waitFor(await server.app.eventStore.head(), 5_000);
  return Promise.all(people.map(({ client }) => currentCursor(client)));
}

describe('updates of a group', () => {
  it('say what happened, the same live and in a replay, to each what concerns it', async () => {
    const [owner, bob, cleo, dan] = (await actors(server, 4)) as [Actor, Actor, Actor, Actor];
    const following = [owner, bob, cleo, dan].map((actor) => toldUntil(actor, 'the end'));
    await Promise.all(following.map(({ live }) => live));
    const begin = await cursorsOf([owner, bob, cleo, dan]);

    const memberIds = [bob.accountId, cleo.accountId];
    const { id } = await createGroup(owner.client, { clientId: 'g', name: 'Climbing', memberIds });
    await changeRole(owner.client, id, bob.accountId, 'ADMIN');
    await updateGroupInfo(bob.client, id, { name: 'Bouldering', description: 'Low.' });
    await updateGroupInfo(bob.client, id, { description: null, avatar: 'media/1' });
    await updateGroupSettings(bob.client, id, { approval: true, sharedHistory: true, send: 'EVERYONE' });
    const link = await createInviteLink(bob.client, id);
    await joinGroup(dan.client, link.token);
    await decideJoin(bob.client, id, dan.accountId, false);
    await joinGroup(dan.client, link.token);
    await decideJoin(bob.client, id, dan.accountId, true);
    await revokeInviteLink(bob.client, id, link.linkId);
    await removeMember(bob.client, id, cleo.accountId);
    await addMembers(bob.client, id, cleo.accountId);
    await leaveGroup(owner.client, id);
    await sendText(bob.client, id, 'c1', 'the end');
    // Who left hears no end of it there: in a group of its own it does.
    const own = await createGroup(owner.client, { clientId: 'own', name: 'Alone', memberIds: [] });
    await sendText(owner.client, own.id, 'c1', 'the end');

    const live = await Promise.all(following.map(({ told }) => told));
    const replayed = await Promise.all(
      [owner, bob, cleo, dan].map((actor, index) => toldUntil(actor, 'the end', begin[index]).told),
    );
    expect(replayed).toEqual(live);

    const [ofOwner, ofBob, ofCleo, ofDan] = live.map((envelopes) => envelopes.map(({ update }) => update));
    const by = (actor: Actor, seq: number): object => ({
      conversationId: id,
      seq,
      at: expect.any(String) as string,
      actorId: actor.accountId,
    });
    const members = { __typename: 'MembersChanged', role: null, newOwnerId: null };
    const info = { __typename: 'ConversationInfoChanged' };
    const forAll = [
      { ...members, ...by(owner, 1), change: 'ROLE', accountIds: [bob.accountId], role: 'ADMIN' },
      {
        ...info,
        ...by(bob, 2),
        changed: ['NAME', 'DESCRIPTION'],
        name: 'Bouldering',
        description: 'Low.',
        avatar: null,
      },
      { ...info, ...by(bob, 3), changed: ['DESCRIPTION', 'AVATAR'], name: null, description: null, avatar: 'media/1' },
      {
        __typename: 'GroupSettingsChanged',
        ...by(bob, 4),
        send: null,
        editInfo: null,
        addMembers: null,
        approval: true,
        sharedHistory: true,
      },
    ];
    const forAdmins = [
      { __typename: 'InviteLinksChanged', ...by(bob, 5), linkId: link.linkId, revoked: false },
      { __typename: 'JoinRequested', ...by(dan, 6), accountId: dan.accountId },
      { __typename: 'JoinDeclined', ...by(bob, 7), accountId: dan.accountId },
      { __typename: 'JoinRequested', ...by(dan, 8), accountId: dan.accountId },
    ];
    const danComes = { ...members, ...by(bob, 9), change: 'ADDED', accountIds: [dan.accountId], role: 'MEMBER' };
    const revoked = { __typename: 'InviteLinksChanged', ...by(bob, 10), linkId: link.linkId, revoked: true };
    const cleoGoes = { ...members, ...by(bob, 11), change: 'REMOVED', accountIds: [cleo.accountId] };
    const cleoComes = { ...members, ...by(bob, 12), change: 'ADDED', accountIds: [cleo.accountId], role: 'MEMBER' };
    const ownerGoes = {
      ...members,
      ...by(owner, 13),
      change: 'LEFT',
      accountIds: [owner.accountId],
      newOwnerId: bob.accountId,
    };
    const end = { __typename: 'MessageAdded', message: { seq: 14, content: { text: 'the end' } } };
    const began = { __typename: 'ConversationAdded', conversationId: id, memberIds: [owner.accountId, ...memberIds] };
    expect(ofBob).toEqual([began, ...forAll, ...forAdmins, danComes, revoked, cleoGoes, cleoComes, ownerGoes, end]);
    expect(ofCleo).toEqual([began, ...forAll, danComes, cleoGoes, cleoComes, ownerGoes, end]);
    expect(ofDan).toEqual([danComes, cleoGoes, cleoComes, ownerGoes, end]);
    expect(ofOwner!.slice(0, -2)).toEqual([
      began,
      ...forAll,
      ...forAdmins,
      danComes,
      revoked,
      cleoGoes,
      cleoComes,
      ownerGoes,
    ]);
  });

  it('tell admins what is for them by the role of its time, live and in a replay, whatever the role is by then', async () => {
    const [owner, bob, cleo] = (await actors(server, 3)) as [Actor, Actor, Actor];
    const people = [owner, bob, cleo];
    const following = people.map((actor) => toldUntil(actor, 'the end'));
    await Promise.all(following.map(({ live }) => live));
    const begin = await cursorsOf(people);
    const memberIds = [bob.accountId, cleo.accountId];
    const { id } = await createGroup(owner.client, { clientId: 'g', name: 'Climbing', memberIds });
    const links: string[] = [];
    const link = async (): Promise<void> => void links.push((await createInviteLink(owner.client, id)).linkId);
    const bobIs = (role: 'ADMIN' | 'MEMBER'): Promise<unknown> => changeRole(owner.client, id, bob.accountId, role);
    await link();
    await bobIs('ADMIN');
    await link();
    await bobIs('MEMBER');
    await link();
    await bobIs('ADMIN');
    await link();
    // At once: what is told when is decided by the log, not by who was quicker.
    const racing = Array.from({ length: 8 }, (_, n) => [link(), bobIs(n % 2 === 0 ? 'MEMBER' : 'ADMIN')]);
    await Promise.all(racing.flat());
    await bobIs('MEMBER');
    await link();
    await sendText(owner.client, id, 'c1', 'the end');

    const live = await Promise.all(following.map(({ told }) => told));
    const replayed = await Promise.all(people.map((actor, index) => toldUntil(actor, 'the end', begin[index]).told));
    expect(replayed).toEqual(live);
    const linksTold = (index: number): unknown[] =>
      live[index]!.flatMap(({ update }) => (update.__typename === 'InviteLinksChanged' ? [update] : [])).map(
        (update) => (update as unknown as { linkId: string }).linkId,
      );
    expect(new Set(linksTold(0))).toEqual(new Set(links));
    const ofBob = linksTold(1);
    expect([links[0], links[1], links[2], links[3], links.at(-1)].map((one) => ofBob.includes(one))).toEqual([
      ...[false, true, false, true, false],
    ]);
    expect(linksTold(2)).toEqual([]);
  });
});
