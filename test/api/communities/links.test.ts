import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { decodeId } from '../../../src/api/kit/nodeIds.js';
import type { Cause } from '../../../src/domain/communities/index.js';
import { conversationStream } from '../../../src/domain/shared/streams.js';
import type { StoredEvent } from '../../../src/platform/eventStore/port.js';
import { verify } from '../../../src/main/projections/verify.js';
import { PROJECTIONS } from '../../../src/projections/index.js';
import { conversation, createCommunity, joinCommunityGroup, linkGroup, unlinkGroup } from '../../kit/communities.js';
import { sendText } from '../../kit/documents.js';
import { addMembers, createGroup, leaveGroup, removeMember } from '../../kit/groups.js';
import { actors, testApp, type Actor, type TestApp } from '../../kit/testApp.js';

let server: TestApp;
beforeAll(async () => {
  server = await testApp({ RATE_LIMITS: 'off' });
});
afterAll(() => server.close());

let made = 0;
const clientId = (): string => `c${String((made += 1))}`;
async function group(owner: Actor, ...members: readonly Actor[]): Promise<string> {
  const memberIds = members.map(({ accountId }) => accountId);
  return (await createGroup(owner.client, { clientId: clientId(), name: 'Group', memberIds })).id;
}
const community = async (owner: Actor): Promise<string> =>
  (await createCommunity(owner.client, { clientId: clientId(), name: 'School' })).id;
const roleIn = async (who: Actor, id: string): Promise<string | null | undefined> =>
  (await conversation(who.client, id))?.myRole;
const becomes = (who: Actor, id: string, role: string | null): Promise<void> =>
  vi.waitFor(async () => expect(await roleIn(who, id)).toBe(role), { timeout: 15_000 });

async function eventsOf(id: string): Promise<StoredEvent[]> {
  const events: StoredEvent[] = [];
  const stream = conversationStream(decodeId('conversation', id));
  for await (const event of server.app.eventStore.readStream(stream)) events.push(event);
  return events;
}
const typesOf = async (id: string): Promise<string[]> => (await eventsOf(id)).map(({ type }) => type);

it('a group that says it is linked is brought into the community, whoever crashed before that', async () => {
  const [owner, ann] = (await actors(server, 2)) as [Actor, Actor];
  const [id, groupId] = [await community(owner), await group(owner, ann)];
  // All that a node wrote before it was killed.
  const stream = conversationStream(decodeId('conversation', groupId));
  await server.app.eventStore.append({
    stream,
    expected: 0,
    events: [
      {
        id: '0199a1b2-0000-7000-8000-00000000abcd',
        type: 'LinkedToCommunity',
        data: { communityId: decodeId('conversation', id) },
        metadata: {
          occurredAt: server.app.clock.now(),
          actor: { account: decodeId('account', owner.accountId), device: decodeId('device', owner.deviceId) },
        },
      },
    ],
  });
  await becomes(ann, id, 'MEMBER');
  const [linked, added] = (await eventsOf(id)).slice(1);
  expect(linked).toMatchObject({
    type: 'GroupLinked',
    metadata: { causationId: '0199a1b2-0000-7000-8000-00000000abcd' },
  });
  expect(added).toMatchObject({ type: 'MembersAdded', metadata: { causationId: linked?.id } });
});

it('a link that the community does not take is taken back in the group', async () => {
  const [owner, ann] = (await actors(server, 2)) as [Actor, Actor];
  const [id, groupId] = [await community(ann), await group(owner, ann)];
  const stream = conversationStream(decodeId('conversation', groupId));
  // By one who is no admin of the community any more, at that very time.
  await server.app.eventStore.append({
    stream,
    expected: 0,
    events: [
      {
        id: '0199a1b2-0000-7000-8000-00000000abce',
        type: 'LinkedToCommunity',
        data: { communityId: decodeId('conversation', id) },
        metadata: { occurredAt: server.app.clock.now(), actor: { account: decodeId('account', owner.accountId) } },
      },
    ],
  });
  await vi.waitFor(
    async () => expect(await typesOf(groupId)).toEqual(['GroupCreated', 'LinkedToCommunity', 'UnlinkedFromCommunity']),
    { timeout: 15_000 },
  );
  expect(await typesOf(id)).toEqual(['CommunityCreated']);
});

it('what follows changes nothing when it comes again, late, or after newer things', async () => {
  const [owner, ann, bob] = (await actors(server, 3)) as [Actor, Actor, Actor];
  const id = await community(owner);
  const [first, second] = [await group(owner, ann, bob), await group(owner, ann)];
  for (const each of [first, second]) await linkGroup(owner.client, id, each);
  await Promise.all([ann, bob].map((who) => becomes(who, id, 'MEMBER')));
  await leaveGroup(bob.client, first);
  await joinCommunityGroup(bob.client, id, second);
  await removeMember(owner.client, id, bob.accountId);
  await becomes(bob, second, null);
  await leaveGroup(ann.client, id);
  await Promise.all([first, second].map((each) => becomes(ann, each, null)));
  await addMembers(owner.client, second, ann.accountId);
  await becomes(ann, id, 'MEMBER');
  await unlinkGroup(owner.client, id, first);
  await linkGroup(owner.client, id, first);
  await sendText(owner.client, id, clientId(), 'the end');

  const ids = [id, first, second];
  const before = await Promise.all(ids.map(typesOf));
  const { communityLinks: links } = server.app.handlers;
  const again = async (stream: string, event: StoredEvent): Promise<unknown> => {
    const at = decodeId('conversation', stream);
    const data = event.data as never as { communityId: string; accountId: string; groupId: string; link: number };
    const cause: Cause = event;
    switch (event.type) {
      case 'LinkedToCommunity':
        return links.linked(at, data.communityId, cause);
      case 'UnlinkedFromCommunity':
        return links.unlinked(at, data.communityId, cause);
      case 'MembersAdded':
        return links.joined(at, event.data as never, cause);
      case 'GroupLinked':
        return links.groupLinked(at, data, cause);
      case 'GroupUnlinked':
        return links.groupUnlinked(at, data, cause);
      case 'MemberRemoved':
      case 'MemberLeft':
        return links.left(at, data.accountId, event.type === 'MemberLeft' ? 'left' : 'removed', cause);
      default:
        return undefined;
    }
  };
  const histories = await Promise.all(ids.map(async (each) => [each, await eventsOf(each)] as const));
  // Of several streams at once, and each of them from its beginning.
  await Promise.all(
    histories.map(async ([stream, events]) => {
      for (const event of events) await again(stream, event);
    }),
  );
  // And in the other direction, one by one.
  for (const [stream, events] of histories) for (const event of events.toReversed()) await again(stream, event);
  expect(await Promise.all(ids.map(typesOf))).toEqual(before);
});

it('is the same through two nodes, and in every projection', async () => {
  const [owner, ann, ...others] = (await actors(server, 8)) as [Actor, Actor, ...Actor[]];
  const id = await community(owner);
  const node = await server.another();
  await ann.connect(node.url);
  const groups = await Promise.all([group(owner, ann), group(owner), group(owner)]);
  await Promise.all(groups.map((each) => linkGroup(owner.client, id, each)));
  await becomes(ann, id, 'MEMBER');
  // Comings by one group and goings of the community, at once and from both nodes.
  for (const [index, other] of others.entries()) if (index % 2 === 0) await other.connect(node.url);
  await Promise.all(others.map((other) => addMembers(owner.client, groups[0], other.accountId)));
  await Promise.all(others.map((other) => becomes(other, id, 'MEMBER')));
  await Promise.all(
    others.map((other, index) =>
      index % 2 === 0 ? leaveGroup(other.client, id) : joinCommunityGroup(other.client, id, groups[1]),
    ),
  );
  for (const [index, other] of others.entries()) {
    await becomes(other, groups[0], index % 2 === 0 ? null : 'MEMBER');
    expect(await roleIn(other, id)).toBe(index % 2 === 0 ? null : 'MEMBER');
  }
  ann.client.terminate();
  await ann.closed;
  await node.app.stop();
  const { readStore, eventStore, open } = server.app;
  const compared = await verify({ readStore, eventStore, open, projections: PROJECTIONS });
  expect(compared.flatMap(({ examples }) => examples)).toEqual([]);
}, 60_000);
