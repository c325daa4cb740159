import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sendText } from '../../kit/documents.js';
import {
  addMembers,
  createGroup,
  createInviteLink,
  decideJoin,
  joinGroup,
  leaveGroup,
  removeMember,
  revokeInviteLink,
  updateGroupSettings,
  withdrawJoin,
} from '../../kit/groups.js';
import { actors, testApp, type Actor, type TestApp } from '../../kit/testApp.js';

let server: TestApp;
beforeAll(async () => {
  server = await testApp();
});
afterAll(() => server.close());

async function group(approval = false): Promise<{ owner: Actor; bob: Actor; dan: Actor; id: string }> {
  const [owner, bob, dan] = (await actors(server, 3)) as [Actor, Actor, Actor];
  const memberIds = [bob.accountId];
  const { id } = await createGroup(owner.client, {
    clientId: 'g',
    name: 'Climbing',
    memberIds,
    settings: { approval },
  });
  return { owner, bob, dan, id };
}

const preview = async (actor: Actor, token: string): Promise<unknown> =>
  (
    await actor.client.run<{ groupByLink: unknown }>(
      'query ($token: String!) { groupByLink(token: $token) { conversationId name memberCount approval joined } }',
      { token },
    )
  ).groupByLink;

interface ForAdmins {
  readonly inviteLinks: readonly { readonly id: string; readonly uses: number }[] | null;
  readonly joinRequests: readonly { readonly account: { readonly id: string } }[] | null;
}
const forAdmins = async (actor: Actor, id: string, atLeast: string): Promise<ForAdmins | null> =>
  (
    await actor.client.run<{ conversation: ForAdmins | null }>(
      'query ($id: ID!, $atLeast: ReadToken) { conversation(id: $id, atLeast: $atLeast) { inviteLinks { id uses } joinRequests { account { id } } } }',
      { id, atLeast },
    )
  ).conversation;

const unusable = (reason: string): object => ({
  code: 'LINK_NOT_USABLE',
  message: expect.any(String) as string,
  reason,
});
const refused = async (actor: Actor, token: string): Promise<unknown> =>
  (
    await actor.client.run<{ joinGroup: unknown }>(
      'mutation ($token: String!) { joinGroup(token: $token) { ... on LinkNotUsable { code message reason } } }',
      { token },
    )
  ).joinGroup;

describe('an invite link', () => {
  it('shows where it leads and lets in who follows it, until it is revoked', async () => {
    const { owner, bob, dan, id } = await group();
    const { token, linkId, readToken } = await createInviteLink(owner.client, id);
    await forAdmins(owner, id, readToken);
    const shown = { conversationId: id, name: 'Climbing', memberCount: 2, approval: false };
    expect(await preview(dan, token)).toEqual({ ...shown, joined: false });
    expect(await preview(bob, token)).toEqual({ ...shown, joined: true });
    const joined = await joinGroup(dan.client, token);
    expect(joined.waits).toBe(false);
    expect(await joinGroup(dan.client, token)).toMatchObject({ waits: false });
    expect(await forAdmins(owner, id, joined.readToken)).toEqual({
      inviteLinks: [{ id: linkId, uses: 1 }],
      joinRequests: [],
    });
    expect(await forAdmins(dan, id, joined.readToken)).toEqual({ inviteLinks: null, joinRequests: null });
    await revokeInviteLink(owner.client, id, linkId);
    expect(await preview(dan, token)).toBeNull();
    const [eve] = (await actors(server, 1)) as [Actor];
    expect(await refused(eve, token)).toEqual(unusable('unknown'));
    expect(await refused(eve, 'nonsense')).toEqual(unusable('unknown'));
  });

  it('ends when its time is over, and when it was used as often as it may', async () => {
    const { owner, dan, id } = await group();
    const [eve] = (await actors(server, 1)) as [Actor];
    const ended = await createInviteLink(owner.client, id, { expiresAt: '2020-01-01T00:00:00Z' });
    expect(await refused(dan, ended.token)).toEqual(unusable('expired'));
    const once = await createInviteLink(owner.client, id, { maxUses: 1 });
    await joinGroup(dan.client, once.token);
    expect(await refused(eve, once.token)).toEqual(unusable('used_up'));
    // Who is in already loses nothing by following it again.
    expect(await joinGroup(dan.client, once.token)).toMatchObject({ waits: false });
  });

  it('is made by admins alone, stores no token, and leads nowhere once everybody has left', async () => {
    const { owner, bob, dan, id } = await group();
    await expect(createInviteLink(bob.client, id)).rejects.toMatchObject({ code: 'NOT_ALLOWED' });
    await expect(createInviteLink(dan.client, id)).rejects.toMatchObject({ code: 'NOT_A_MEMBER' });
    const { token } = await createInviteLink(owner.client, id);
    const { rows } = await server.app.readStore.pool.query<{ found: boolean }>(
      `SELECT bool_or(data::text LIKE '%' || $1 || '%') AS found FROM events`,
      [token],
    );
    expect(rows[0]!.found).toBe(false);
    await leaveGroup(owner.client, id);
    await leaveGroup(bob.client, id);
    expect(await refused(dan, token)).toEqual(unusable('unknown'));
  });
});

describe('a request to join', () => {
  it('waits for an admin, who is told, and lets in who was approved', async () => {
    const { owner, bob, dan, id } = await group(true);
    await Promise.all([owner.follow(), bob.follow(), dan.follow()]);
    const { token } = await createInviteLink(owner.client, id);
    const asked = await joinGroup(dan.client, token);
    expect(asked.waits).toBe(true);
    expect(await joinGroup(dan.client, token)).toMatchObject({ waits: true });
    expect(await owner.sees(({ __typename }) => __typename === 'JoinRequested')).toMatchObject({
      accountId: dan.accountId,
    });
    expect((await forAdmins(owner, id, asked.readToken))!.joinRequests).toEqual([{ account: { id: dan.accountId } }]);
    expect(await forAdmins(dan, id, asked.readToken)).toBeNull();
    await expect(decideJoin(bob.client, id, dan.accountId, true)).rejects.toMatchObject({ code: 'NOT_ALLOWED' });
    await decideJoin(owner.client, id, dan.accountId, true);
    for (const actor of [owner, bob, dan])
      expect(await actor.sees(({ __typename }) => __typename === 'MembersChanged')).toMatchObject({
        change: 'ADDED',
        accountIds: [dan.accountId],
      });
    const kinds = (actor: Actor): string[] => actor.updates.map(({ update }) => update.__typename);
    expect(kinds(bob)).not.toContain('JoinRequested');
    expect(kinds(bob)).not.toContain('InviteLinksChanged');
    expect(kinds(owner)).toContain('InviteLinksChanged');
    // Decided is decided.
    await decideJoin(owner.client, id, dan.accountId, true);
  });

  it('is what whom an admin removed makes, though others come in at once; who left comes back', async () => {
    const { owner, bob, dan, id } = await group(false);
    const { token } = await createInviteLink(owner.client, id);
    expect(await joinGroup(dan.client, token)).toMatchObject({ waits: false });
    await leaveGroup(dan.client, id);
    expect(await preview(dan, token)).toMatchObject({ approval: false });
    expect(await joinGroup(dan.client, token)).toMatchObject({ waits: false });
    await removeMember(owner.client, id, dan.accountId);
    expect(await preview(dan, token)).toMatchObject({ approval: true });
    const asked = await joinGroup(dan.client, token);
    expect(asked.waits).toBe(true);
    expect((await forAdmins(owner, id, asked.readToken))!.joinRequests).toEqual([{ account: { id: dan.accountId } }]);
    await expect(sendText(dan.client, id, 'c', 'not yet')).rejects.toMatchObject({ code: 'NOT_A_MEMBER' });
    await decideJoin(owner.client, id, dan.accountId, true);
    await sendText(dan.client, id, 'c', 'back');

    // A node that was not there, and has not the folded state.
    await removeMember(owner.client, id, bob.accountId);
    const node = await server.another();
    await bob.connect(node.url);
    expect(await joinGroup(bob.client, token)).toMatchObject({ waits: true });
    await node.app.stop();
    await bob.connect();
    await addMembers(owner.client, id, bob.accountId);
    await leaveGroup(bob.client, id);
    expect(await joinGroup(bob.client, token)).toMatchObject({ waits: false });
  });

  it('can be declined, taken back and made again', async () => {
    const { owner, dan, id } = await group(true);
    const { token } = await createInviteLink(owner.client, id, { maxUses: 1 });
    await joinGroup(dan.client, token);
    await withdrawJoin(dan.client, id);
    await expect(decideJoin(owner.client, id, dan.accountId, true)).rejects.toMatchObject({ code: 'NO_SUCH_REQUEST' });
    await joinGroup(dan.client, token);
    const declined = await decideJoin(owner.client, id, dan.accountId, false);
    expect((await forAdmins(owner, id, declined.readToken))!.joinRequests).toEqual([]);
    expect(await joinGroup(dan.client, token)).toMatchObject({ waits: true });
    await decideJoin(owner.client, id, dan.accountId, true);
    await removeMember(owner.client, id, dan.accountId);
    await updateGroupSettings(owner.client, id, { approval: false });
    expect(await refused(dan, token)).toEqual(unusable('used_up'));
  });
});
