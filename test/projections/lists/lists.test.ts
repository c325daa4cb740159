import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ABSENT, evolve, recipientsAt, type ConversationState } from '../../../src/domain/conversations/index.js';
import { verify } from '../../../src/main/projections/verify.js';
import { START } from '../../../src/platform/eventStore/port.js';
import { conversationSnapshot } from '../../../src/projections/conversations/commands.queries.js';
import { conversationsPage } from '../../../src/projections/conversations/conversations.queries.js';
import { PROJECTIONS } from '../../../src/projections/index.js';
import { communityOfGroup, groupsOfCommunity } from '../../../src/projections/lists/communities.queries.js';
import { followerCount, isFollowing, recipientsOfLists } from '../../../src/projections/lists/lists.queries.js';
import { othersOf } from '../../../src/projections/receipts/receipts.queries.js';
import { replayPage } from '../../../src/projections/replay/replay.queries.js';
import { unreadCounts } from '../../../src/projections/timeline/unread.queries.js';
import { testLog, uuid, type TestLog } from '../fixture.js';

let log: TestLog;
let facts = 0;
beforeEach(async () => {
  log = await testLog();
});
afterEach(() => log.close());

const [ann, bob, cat, dan] = ['ann', 'bob', 'cat', 'dan'].map(uuid) as [string, string, string, string];

/** Projected, and equal however it is projected. */
async function projected(): Promise<TestLog['database']['pool']> {
  const projector = log.projector();
  await projector.prepare();
  await projector.catchUp();
  const deps = { readStore: log.database, eventStore: log.eventStore, open: log.open, projections: PROJECTIONS };
  expect((await verify(deps)).flatMap(({ examples }) => examples)).toEqual([]);
  return log.database.pool;
}

async function folded(name: string): Promise<ConversationState> {
  let state: ConversationState = ABSENT;
  for await (const event of log.eventStore.readStream(`conversation-${uuid(name)}`)) state = evolve(state, event);
  return state;
}

describe('a broadcast list in the read model', () => {
  beforeEach(async () => {
    for (const account of ['ann', 'bob', 'cat', 'dan']) await log.register(account);
    await log.happens('l', 'ann', 'BroadcastListCreated', { recipients: [bob, cat] }, { name: 'Choir' });
    await log.send('l', 'ann', 'rehearsal');
    await log.happens('l', 'ann', 'RecipientsChanged', { added: [dan], removed: [bob] });
    await log.send('l', 'ann', 'concert');
    await log.happens('l', 'ann', 'RecipientsChanged', { added: [bob], removed: [] });
    await log.happens('l', 'ann', 'GroupInfoChanged', {}, { name: 'The choir' });
  });

  it('gives commands the state that the stream folds to', async () => {
    const pool = await projected();
    const { state, revision } = (await conversationSnapshot(pool, uuid('l')))!;
    expect(revision).toBe(5);
    expect(state).toEqual(await folded('l'));
    expect([1, 3, 5].map((seq) => new Set(recipientsAt(state, seq)))).toEqual([
      new Set([bob, cat]),
      new Set([cat, dan]),
      new Set([bob, cat, dan]),
    ]);
    expect((await recipientsOfLists(pool, [uuid('l')])).get(uuid('l'))).toEqual(
      expect.arrayContaining([bob, cat, dan]),
    );
  });

  it('is shown and told to its author alone', async () => {
    const pool = await projected();
    const head = await log.eventStore.head();
    expect(await conversationsPage(pool, ann, { limit: 5 })).toMatchObject([
      { kind: 'broadcast', name: 'The choir', role: 'owner' },
    ]);
    const told = await replayPage(pool, { accountId: ann, conversationId: uuid('l') }, START, head, 50);
    expect(told.filter(({ kind }) => kind === 'entry')).toHaveLength(6);
    for (const recipient of [bob, cat, dan]) {
      expect(await conversationsPage(pool, recipient, { limit: 5 })).toEqual([]);
      expect(await replayPage(pool, { accountId: recipient, conversationId: uuid('l') }, START, head, 50)).toEqual([]);
    }
  });
});

describe('a channel in the read model', () => {
  const settings = { send: 'admins', editInfo: 'admins', addMembers: 'admins', approval: false, sharedHistory: true };
  const own = (account: string, stream: string, type: string, data: object, device = 1) =>
    log.append(`${stream}-${uuid(account)}`, {
      id: uuid(`${account} ${type} ${(facts += 1)}`),
      type,
      data,
      metadata: {
        occurredAt: 1_790_000_000_000 + facts,
        actor: { account: uuid(account), device: uuid(`${account}/${device}`) },
      },
    });
  const reads = (account: string, device: number, upTo: number) =>
    own(
      account,
      'reads',
      'ChannelRead',
      { channelId: uuid('n'), deviceId: uuid(`${account}/${device}`), upTo },
      device,
    );

  it('counts what is unread from where one began to follow and how far one has read, which nobody else is told', async () => {
    for (const account of ['ann', 'bob', 'cat', 'dan']) await log.register(account);
    await log.happens('n', 'ann', 'ChannelCreated', { handle: 'news', settings }, { name: 'News' });
    await log.send('n', 'ann', 'one', 'two');
    // As it was written at first, and as it is now.
    await own('bob', 'account', 'ChannelFollowed', { channelId: uuid('n') });
    await own('cat', 'account', 'ChannelFollowed', { channelId: uuid('n'), head: 2 });
    await own('dan', 'account', 'ChannelFollowed', { channelId: uuid('n'), head: 2 });
    await log.send('n', 'ann', 'three', 'four', 'five');
    const unread = async () =>
      unreadCounts(
        await projected(),
        [ann, bob, cat, dan].map((viewer) => ({ conversationId: uuid('n'), viewer })),
      );
    expect(await unread()).toEqual([0, 5, 3, 3]);
    await reads('bob', 1, 4);
    await reads('cat', 2, 4);
    await reads('cat', 1, 3);
    await reads('cat', 2, 3);
    expect(await unread()).toEqual([0, 1, 1, 3]);
    // What an admin read is its own, too; what was written of it beside the channel at first counts as ever.
    await log.happens('n', 'ann', 'MembersAdded', { members: [dan], sharedHistory: true, via: 'admin' });
    await log.happens('n', 'ann', 'RoleChanged', { accountId: dan, role: 'admin' });
    await reads('dan', 1, 3);
    await log.receipt('n', 'dan', 'dan/2', { read: 4 });
    expect(await unread()).toEqual([0, 1, 1, 1]);
    await own('bob', 'account', 'ChannelUnfollowed', { channelId: uuid('n') });
    await log.send('n', 'dan', 'six');
    await own('bob', 'account', 'ChannelFollowed', { channelId: uuid('n'), head: 8 });
    expect(await unread()).toEqual([1, 0, 2, 0]);

    const pool = await projected();
    const head = await log.eventStore.head();
    const receiptsTold = async (accountId: string) =>
      (await replayPage(pool, { accountId, conversationId: undefined }, START, head, 100)).flatMap((row) =>
        row.kind === 'watermark' || row.kind === 'everyone' ? [row] : [],
      );
    for (const account of [ann, bob, cat, dan])
      for (const row of await receiptsTold(account))
        expect(row).toMatchObject({ kind: 'watermark', accountId: account });
    expect((await receiptsTold(cat)).map((row) => row.kind === 'watermark' && [row.deviceId, row.read])).toEqual([
      [uuid('cat/1'), 3],
      [uuid('cat/2'), 4],
    ]);
    expect(await othersOf(pool, [{ conversationId: uuid('n'), viewer: ann }])).toEqual([
      { delivered: -1, read: -1, since: null },
    ]);
    // Who has become an admin follows no more.
    expect(await followerCount(pool, uuid('n'))).toBe(2);
    expect(await Promise.all([bob, cat, dan].map((account) => isFollowing(pool, account, uuid('n'))))).toEqual([
      true,
      true,
      false,
    ]);
  });

  it('is the same however it is projected, and shows followers all, and admins what they were told', async () => {
    for (const account of ['ann', 'bob', 'cat', 'dan']) await log.register(account);
    const follows = (account: string, type: 'ChannelFollowed' | 'ChannelUnfollowed') =>
      own(account, 'account', type, { channelId: uuid('n') });
    await log.happens('n', 'ann', 'ChannelCreated', { handle: 'news', settings }, { name: 'News' });
    await log.send('n', 'ann', 'one');
    await follows('bob', 'ChannelFollowed');
    const since = await follows('cat', 'ChannelFollowed');
    await follows('cat', 'ChannelFollowed');
    await follows('dan', 'ChannelFollowed');
    await log.send('n', 'ann', 'two');
    await follows('dan', 'ChannelUnfollowed');
    await log.happens('n', 'ann', 'MembersAdded', { members: [bob], sharedHistory: true, via: 'admin' });
    await log.happens('n', 'ann', 'RoleChanged', { accountId: bob, role: 'admin' });
    await follows('bob', 'ChannelFollowed');
    await log.happens('n', 'ann', 'MemberRemoved', { accountId: bob });
    await follows('bob', 'ChannelFollowed');
    await log.send('n', 'ann', 'three');
    const pool = await projected();
    const head = await log.eventStore.head();
    const { state } = (await conversationSnapshot(pool, uuid('n')))!;
    expect(state).toEqual(await folded('n'));
    const told = async (account: string, after = START) =>
      (await replayPage(pool, { accountId: account, conversationId: uuid('n') }, after, head, 50)).flatMap((row) =>
        row.kind === 'entry' && row.entry.message ? [row.entry.text] : [],
      );
    expect(await told(cat)).toEqual(['two', 'three']);
    expect(await told(cat, since)).toEqual(['two', 'three']);
    expect(await told(bob)).toEqual(['three']);
    expect(await told(dan)).toEqual([]);
    expect(await conversationsPage(pool, bob, { limit: 5 })).toMatchObject([{ kind: 'channel', role: 'follower' }]);
    expect(await conversationsPage(pool, dan, { limit: 5 })).toEqual([]);
  });
});

describe('a community in the read model', () => {
  const settings = { send: 'admins', editInfo: 'admins', addMembers: 'admins', approval: false, sharedHistory: true };
  const [c, d, g] = ['c', 'd', 'g'].map(uuid) as [string, string, string];
  const entries = async (pool: TestLog['database']['pool'], account: string) =>
    (await replayPage(pool, { accountId: account, conversationId: c }, START, await log.eventStore.head(), 50)).flatMap(
      (row) => (row.kind === 'entry' ? [row.entry] : []),
    );

  beforeEach(async () => {
    for (const account of ['ann', 'bob', 'cat', 'dan']) await log.register(account);
    await log.happens('c', 'ann', 'CommunityCreated', { settings }, { name: 'School' });
    const members = [
      { accountId: ann, role: 'owner' },
      { accountId: bob, role: 'member' },
    ];
    await log.happens(
      'g',
      'ann',
      'GroupCreated',
      { members, settings: { ...settings, approval: true } },
      { name: 'A' },
    );
    await log.happens('g', 'ann', 'LinkedToCommunity', { communityId: c }); // 1
    await log.happens('c', 'ann', 'GroupLinked', { groupId: g, link: 1 });
    const via = { sharedHistory: true, via: 'group', groupId: g };
    await log.happens('c', 'ann', 'MembersAdded', { members: [bob], ...via });
    await log.happens('c', 'ann', 'MembersAdded', { members: [cat, dan], ...via });
    await log.happens('c', 'ann', 'RoleChanged', { accountId: dan, role: 'admin' });
    await log.send('c', 'ann', 'hello'); // 5
    await log.happens('c', 'ann', 'MemberRemoved', { accountId: cat });
    await log.happens('g', 'dan', 'JoinRequested', { accountId: dan });
    await log.happens('g', 'ann', 'MemberRemoved', { accountId: ann, newOwner: bob });
  });

  it('gives commands the states that the streams fold to', async () => {
    const pool = await projected();
    for (const name of ['c', 'g']) {
      const { state } = (await conversationSnapshot(pool, uuid(name)))!;
      expect(state).toEqual(await folded(name));
    }
    expect(await groupsOfCommunity(pool, c, bob)).toMatchObject([
      { id: g, name: 'A', memberCount: 1, approval: true, joined: true },
    ]);
    expect(await communityOfGroup(pool, g)).toBe(c);
    await log.happens('g', 'bob', 'UnlinkedFromCommunity', { communityId: c });
    await log.happens('c', 'bob', 'GroupUnlinked', { groupId: g, link: 1 });
    await log.happens('g', 'bob', 'LinkedToCommunity', { communityId: d });
    const later = await projected();
    expect((await conversationSnapshot(later, g))!.state).toEqual(await folded('g'));
    expect((await conversationSnapshot(later, c))!.state).toEqual(await folded('c'));
    expect(await groupsOfCommunity(later, c, bob)).toEqual([]);
    expect(await communityOfGroup(later, g)).toBe(d);
  });

  it('tells admins who comes and goes, and others of themselves', async () => {
    const pool = await projected();
    expect((await entries(pool, dan)).map(({ kind }) => kind)).toEqual([
      'own_membership',
      'role_changed',
      'text',
      'member_removed',
    ]);
    expect(await entries(pool, bob)).toMatchObject([
      { kind: 'own_membership', seq: 2, authorId: null, body: { role: 'member' } },
      { kind: 'text', seq: 5 },
    ]);
    expect(await entries(pool, cat)).toMatchObject([
      { kind: 'own_membership', seq: 3, authorId: null, body: { role: 'member' } },
      { kind: 'text', seq: 5 },
      { kind: 'own_membership', seq: 6, authorId: null, body: { role: null } },
    ]);
  });

  it('is over for all of its members at once when it is deactivated', async () => {
    await log.happens('c', 'ann', 'CommunityDeactivated');
    const pool = await projected();
    const { state } = (await conversationSnapshot(pool, c))!;
    expect(state).toEqual(await folded('c'));
    expect(await groupsOfCommunity(pool, c, bob)).toEqual([]);
    for (const account of [ann, bob])
      expect(await conversationsPage(pool, account, { limit: 5 })).toContainEqual(
        expect.objectContaining({ kind: 'community', name: 'School', role: null }),
      );
  });
});
