import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { WireClient } from '../../kit/client.js';
import {
  conversation,
  createCommunity,
  deactivateCommunity,
  joinCommunityGroup,
  linkGroup,
  unlinkGroup,
} from '../../kit/communities.js';
import { currentCursor, sendText, subscribeUpdates } from '../../kit/documents.js';
import {
  addMembers,
  changeRole,
  createGroup,
  createInviteLink,
  decideJoin,
  joinGroup,
  leaveGroup,
  removeMember,
  updateGroupSettings,
} from '../../kit/groups.js';
import { actors, testApp, type Actor, type TestApp } from '../../kit/testApp.js';

let made = 0;
const clientId = (): string => `c${String((made += 1))}`;

async function group(owner: Actor, ...members: readonly Actor[]): Promise<string> {
  const memberIds = members.map(({ accountId }) => accountId);
  return (await createGroup(owner.client, { clientId: clientId(), name: `Group ${made}`, memberIds })).id;
}
const community = async (owner: Actor): Promise<string> =>
  (await createCommunity(owner.client, { clientId: clientId(), name: 'School', description: 'All of us' })).id;

const roleIn = async (who: Actor, id: string): Promise<string | null | undefined> =>
  (await conversation(who.client, id))?.myRole;
/** Once the worker has brought it there. */
const becomes = (who: Actor, id: string, role: string | null): Promise<void> =>
  vi.waitFor(async () => expect(await roleIn(who, id)).toBe(role), { timeout: 15_000 });
const refusal = (call: Promise<unknown>): Promise<string> =>
  call.then(
    () => 'done',
    (error: unknown) => (error as { code: string }).code,
  );

interface Told {
  readonly __typename: string;
  readonly conversationId?: string;
  readonly accountIds?: readonly string[];
  readonly role?: string | null;
  readonly linked?: boolean;
  readonly groupId?: string;
  readonly communityId?: string;
  readonly text?: string;
}
const document = `subscription ($after: Cursor) { updates(after: $after) { cursor update { __typename
  ... on MessageAdded { conversationId message { content { ... on TextContent { text } } } }
  ... on ConversationAdded { conversationId memberIds }
  ... on MembersChanged { conversationId change accountIds role actorId }
  ... on OwnMembershipChanged { conversationId seq role at }
  ... on GroupCommunityChanged { conversationId communityId linked actorId }
  ... on CommunityGroupsChanged { conversationId groupId linked seq at }
  ... on CommunityDeactivated { conversationId actorId } } } }`;

/** All that the account is told from the cursor on. */
function listen(client: WireClient, after?: string): { readonly told: Told[]; stop(): void } {
  const told: Told[] = [];
  const stop = subscribeUpdates(
    client,
    after,
    ({ update }) => told.push(update as unknown as Told),
    undefined,
    document,
  );
  return { told, stop };
}
const about = (told: readonly Told[], id: string): Told[] => told.filter(({ conversationId }) => conversationId === id);

let server: TestApp;
beforeAll(async () => {
  server = await testApp({ RATE_LIMITS: 'off' });
});
afterAll(() => server.close());

describe('a community', () => {
  it('is made once, and announces to the members of its groups', async () => {
    const [owner, ann, bob] = (await actors(server, 3)) as [Actor, Actor, Actor];
    const input = { clientId: clientId(), name: 'School' };
    const { id, created } = await createCommunity(owner.client, input);
    expect([created, await createCommunity(owner.client, { ...input, name: 'Other' })]).toMatchObject([
      true,
      { id, created: false },
    ]);
    expect(await conversation(owner.client, id)).toMatchObject({
      kind: 'COMMUNITY',
      name: 'School',
      myRole: 'OWNER',
      groups: [],
    });
    await sendText(owner.client, id, 'm0', 'welcome');
    const groupId = await group(owner, ann);
    await addMembers(owner.client, groupId, bob.accountId);
    const { told } = listen(ann.client);
    await linkGroup(owner.client, id, groupId);
    await Promise.all([ann, bob].map((who) => becomes(who, id, 'MEMBER')));
    const { readToken } = await sendText(owner.client, id, 'm1', 'first day');
    await vi.waitFor(() => expect(about(told, id).some(({ __typename }) => __typename === 'MessageAdded')).toBe(true));
    expect(about(told, groupId)).toMatchObject([
      { __typename: 'GroupCommunityChanged', communityId: id, linked: true },
    ]);
    expect(about(told, id)).toMatchObject([
      { __typename: 'OwnMembershipChanged', role: 'MEMBER' },
      { __typename: 'MessageAdded', message: { content: { text: 'first day' } } },
    ]);
    const seen = await conversation(bob.client, id, readToken);
    expect(seen?.messages.edges.map(({ node }) => node.content.text)).toEqual(['welcome', 'first day']);
    expect((await conversation(bob.client, groupId))?.communityId).toBe(id);
    expect(await refusal(sendText(bob.client, id, 'm2', 'me too'))).toBe('NOT_ALLOWED');
    // Who comes to the group comes to the community.
    const [cleo] = (await actors(server, 1)) as [Actor];
    await addMembers(owner.client, groupId, cleo.accountId);
    await becomes(cleo, id, 'MEMBER');
  });

  it('does not show its members to each other, by any way', async () => {
    const [owner, ann, bob, cleo] = (await actors(server, 4)) as [Actor, Actor, Actor, Actor];
    const id = await community(owner);
    const cursor = await currentCursor(ann.client);
    const live = listen(ann.client, cursor);
    await linkGroup(owner.client, id, await group(owner, ann));
    await becomes(ann, id, 'MEMBER');
    const other = await group(owner, bob, cleo);
    await linkGroup(owner.client, id, other);
    await Promise.all([bob, cleo].map((who) => becomes(who, id, 'MEMBER')));
    await removeMember(owner.client, id, cleo.accountId);
    await becomes(cleo, other, null);
    await sendText(owner.client, id, 'm1', 'news');
    const membersOf = async (who: Actor) =>
      (await conversation(who.client, id))?.members.edges.map(({ node }) => node.accountId);
    expect(await membersOf(ann)).toEqual([owner.accountId, ann.accountId]);
    expect(new Set(await membersOf(owner))).toEqual(new Set([owner, ann, bob].map(({ accountId }) => accountId)));
    expect(await membersOf(cleo)).toEqual([owner.accountId]);

    await vi.waitFor(() => expect(about(live.told, id).at(-1)?.__typename).toBe('MessageAdded'));
    const replay = listen(ann.client, cursor);
    await vi.waitFor(() => expect(about(replay.told, id).at(-1)?.__typename).toBe('MessageAdded'));
    for (const { told } of [live, replay]) {
      const kinds = about(told, id).map(({ __typename }) => __typename);
      expect(kinds.filter((kind) => kind !== 'CommunityGroupsChanged')).toEqual([
        'OwnMembershipChanged',
        'MessageAdded',
      ]);
      expect(kinds).not.toContain('MembersChanged');
      for (const { accountId } of [bob, cleo]) expect(JSON.stringify(told)).not.toContain(accountId);
    }
    const removed = listen(cleo.client, cursor);
    await vi.waitFor(() =>
      expect(about(removed.told, id).map(({ role }) => role)).toEqual(expect.arrayContaining(['MEMBER', null])),
    );
    const seen = listen(owner.client, cursor);
    await vi.waitFor(() => expect(about(seen.told, id).at(-1)?.__typename).toBe('MessageAdded'));
    expect(about(seen.told, id).filter(({ __typename }) => __typename === 'MembersChanged').length).toBe(3);

    // What they would do to announcements would show them.
    const news = await sendText(owner.client, id, 'm2', 'more news');
    const react = (who: Actor): Promise<unknown> =>
      who.client.run<{ done: unknown }>(
        'mutation ($id: ID!) { done: reactToMessage(messageId: $id, emoji: "👍") { __typename } }',
        { id: news.messageId },
      );
    await vi.waitFor(async () => expect(await react(ann)).toEqual({ done: { __typename: 'NotAllowed' } }));
    expect(await react(owner)).toEqual({ done: { __typename: 'MessageChanged' } });
    const types = await ann.client.run<{ done: unknown }>(
      'mutation ($id: ID!) { done: setTyping(conversationId: $id, kind: TYPING) { __typename } }',
      { id },
    );
    expect(types.done).toEqual({ __typename: 'NotAllowed' });
    const info = async () =>
      (
        await ann.client.run<{ info: unknown }>(
          'query ($id: ID!) { info: messageInfo(messageId: $id) { messageId } }',
          {
            id: announced.messageId,
          },
        )
      ).info;
    await changeRole(owner.client, id, ann.accountId, 'ADMIN');
    const announced = await sendText(ann.client, id, 'a1', 'by ann');
    await vi.waitFor(async () => expect(await info()).toEqual({ messageId: announced.messageId }));
    const demoted = await changeRole(owner.client, id, ann.accountId, 'MEMBER');
    await conversation(ann.client, id, demoted.readToken);
    expect(await info()).toBeNull();
  });

  it('shows its groups to members, who join one directly or by request', async () => {
    const [owner, ann, bob, stranger] = (await actors(server, 4)) as [Actor, Actor, Actor, Actor];
    const id = await community(owner);
    const open = await group(owner, ann);
    const asking = await group(owner, bob);
    const elsewhere = await group(owner);
    await updateGroupSettings(owner.client, asking, { approval: true });
    for (const each of [open, asking]) await linkGroup(owner.client, id, each);
    await Promise.all([ann, bob].map((who) => becomes(who, id, 'MEMBER')));
    expect((await conversation(ann.client, id))?.groups).toMatchObject([
      { conversationId: open, memberCount: 2, approval: false, joined: true },
      { conversationId: asking, memberCount: 2, approval: true, joined: false },
    ]);
    // Their names and sizes, not what is in them.
    expect(await conversation(ann.client, asking)).toBeNull();
    expect(await conversation(stranger.client, id)).toBeNull();
    expect(await refusal(joinCommunityGroup(stranger.client, id, open))).toBe('NOT_A_MEMBER');
    expect(await refusal(joinCommunityGroup(ann.client, id, elsewhere))).toBe('NOT_LINKED');
    expect(await joinCommunityGroup(bob.client, id, open)).toMatchObject({ waits: false });
    expect(await roleIn(bob, open)).toBe('MEMBER');
    expect(await joinCommunityGroup(ann.client, id, asking)).toMatchObject({ waits: true });
    await decideJoin(owner.client, asking, ann.accountId, true);
    await becomes(ann, asking, 'MEMBER');
  });

  it('is left with all of its groups; the last group may be left without it', async () => {
    const [owner, ann, bob] = (await actors(server, 3)) as [Actor, Actor, Actor];
    const id = await community(owner);
    // Ann's own: it goes to another.
    const [first, second] = [await group(ann, owner, bob), await group(owner, ann)];
    await changeRole(ann.client, first, owner.accountId, 'ADMIN');
    for (const each of [first, second]) await linkGroup(owner.client, id, each);
    await Promise.all([ann, bob].map((who) => becomes(who, id, 'MEMBER')));

    await leaveGroup(bob.client, first);
    await sendText(owner.client, id, 'm1', 'still here');
    expect(await roleIn(bob, id)).toBe('MEMBER');

    await leaveGroup(ann.client, id);
    await Promise.all([first, second].map((each) => becomes(ann, each, null)));
    expect(await refusal(sendText(ann.client, first, 'm2', 'too late'))).toBe('NOT_A_MEMBER');
    expect(await refusal(joinCommunityGroup(ann.client, id, second))).toBe('NOT_A_MEMBER');
    expect(await roleIn(owner, first)).toBe('OWNER');
    expect(await roleIn(ann, id)).toBeNull();
  });

  it('puts out of its groups whom an admin removes, and has them back through a group', async () => {
    const [owner, ann, bob] = (await actors(server, 3)) as [Actor, Actor, Actor];
    const id = await community(owner);
    const groupId = await group(owner, ann, bob);
    const asking = await group(owner);
    await updateGroupSettings(owner.client, asking, { approval: true });
    for (const each of [groupId, asking]) await linkGroup(owner.client, id, each);
    await Promise.all([ann, bob].map((who) => becomes(who, id, 'MEMBER')));
    await joinCommunityGroup(ann.client, id, asking);
    expect(await refusal(removeMember(bob.client, id, ann.accountId))).toBe('NOT_ALLOWED');
    await removeMember(owner.client, id, ann.accountId);
    await becomes(ann, groupId, null);
    expect(await refusal(sendText(ann.client, groupId, 'm1', 'hello?'))).toBe('NOT_A_MEMBER');
    // What she asked for as a member is no more.
    await vi.waitFor(async () =>
      expect(await refusal(decideJoin(owner.client, asking, ann.accountId, true))).toBe('NO_SUCH_REQUEST'),
    );
    await addMembers(owner.client, groupId, ann.accountId);
    await becomes(ann, id, 'MEMBER');
    expect(await roleIn(ann, groupId)).toBe('MEMBER');
  });

  it('has an invite link of its own', async () => {
    const [owner, guest] = (await actors(server, 2)) as [Actor, Actor];
    const id = await community(owner);
    const { token } = await createInviteLink(owner.client, id);
    expect(await joinGroup(guest.client, token)).toMatchObject({ waits: false });
    expect(await roleIn(guest, id)).toBe('MEMBER');
    expect(await refusal(createInviteLink(guest.client, id))).toBe('NOT_ALLOWED');
  });

  it('has groups that belong to it alone, linked by admins of both and unlinked by those of either', async () => {
    const [owner, ann, bob] = (await actors(server, 3)) as [Actor, Actor, Actor];
    const [id, other] = [await community(owner), await community(ann)];
    const groupId = await group(ann, bob, owner);
    expect(await refusal(linkGroup(bob.client, id, groupId))).toBe('NOT_A_MEMBER');
    expect(await refusal(linkGroup(ann.client, id, groupId))).toBe('NOT_A_MEMBER');
    expect(await refusal(linkGroup(owner.client, id, groupId))).toBe('NOT_ALLOWED');
    await changeRole(ann.client, groupId, owner.accountId, 'ADMIN');
    await linkGroup(owner.client, id, groupId);
    await becomes(bob, id, 'MEMBER');
    await linkGroup(owner.client, id, groupId);
    expect(await refusal(linkGroup(ann.client, other, groupId))).toBe('LINKED_ELSEWHERE');
    expect(await refusal(unlinkGroup(bob.client, id, groupId))).toBe('NOT_ALLOWED');
    const hearing = listen(bob.client);
    await vi.waitFor(() => expect(hearing.told.length).toBeGreaterThan(0));
    const { readToken } = await unlinkGroup(ann.client, id, groupId);
    // That it was Ann is nothing for the community to know.
    await vi.waitFor(() => expect(about(hearing.told, id)).toMatchObject([{ groupId, linked: false }]));
    expect(JSON.stringify(about(hearing.told, id))).not.toContain(ann.accountId);
    expect((await conversation(owner.client, id, readToken))?.groups).toEqual([]);
    expect((await conversation(bob.client, groupId))?.communityId).toBeNull();
    await linkGroup(ann.client, other, groupId);
    await changeRole(ann.client, groupId, owner.accountId, 'MEMBER');
    // Members stay in the community that was left, and in the group.
    expect([await roleIn(bob, id), await roleIn(bob, groupId)]).toEqual(['MEMBER', 'MEMBER']);
    await becomes(bob, other, 'MEMBER');
    await changeRole(ann.client, other, owner.accountId, 'ADMIN');
    await unlinkGroup(owner.client, other, groupId);
    await vi.waitFor(async () => expect((await conversation(bob.client, groupId))?.communityId).toBeNull());
  });

  it('leaves its groups alive when it is deactivated', async () => {
    const [owner, ann, bob] = (await actors(server, 3)) as [Actor, Actor, Actor];
    const id = await community(owner);
    const groupId = await group(ann, owner, bob);
    await changeRole(ann.client, groupId, owner.accountId, 'ADMIN');
    await linkGroup(owner.client, id, groupId);
    await becomes(bob, id, 'MEMBER');
    await sendText(owner.client, id, 'm1', 'goodbye');
    const { told } = listen(bob.client);
    await vi.waitFor(() => expect(told.length).toBeGreaterThan(0));
    expect(await refusal(deactivateCommunity(bob.client, id))).toBe('NOT_ALLOWED');
    const { readToken } = await deactivateCommunity(owner.client, id);
    await deactivateCommunity(owner.client, id);
    await becomes(bob, id, null);
    await vi.waitFor(() =>
      expect(told).toEqual(
        expect.arrayContaining([
          expect.objectContaining({ __typename: 'CommunityDeactivated', conversationId: id }),
          expect.objectContaining({ __typename: 'GroupCommunityChanged', conversationId: groupId, linked: false }),
        ]),
      ),
    );
    const seen = await conversation(bob.client, id, readToken);
    expect(seen).toMatchObject({ name: 'School', groups: null });
    expect(seen?.messages.edges.map(({ node }) => node.content.text)).toEqual(['goodbye']);
    expect(await refusal(sendText(owner.client, id, 'm2', 'anybody?'))).toBe('NOT_A_MEMBER');
    await sendText(bob.client, groupId, 'm3', 'we go on');
    expect(await conversation(bob.client, groupId)).toMatchObject({ communityId: null, myRole: 'MEMBER' });
  });
});
