import { inAnHour, listOf, type Person, type Role, type Scene, type World } from './world.js';

/** One row: a mutation on something. Gives the arguments of the role's call; undefined where the row makes no sense for it. */
export interface Call {
  readonly field: string;
  readonly on: string;
  readonly args: (at: Cell) => Args | undefined | Promise<Args | undefined>;
  /** Who calls, if not the role's own device. */
  readonly as?: (at: Cell) => Promise<Person>;
  readonly http?: boolean;
  /** Of an answer of many outcomes: where they are. */
  readonly within?: string;
}
export type Args = Readonly<Record<string, unknown>>;

export interface Cell {
  readonly world: World;
  readonly role: Role;
  readonly me: Person;
  /** Of this cell's own, where the call changes it for others. */
  readonly group: Scene;
  readonly direct: string;
  /** For what must be the caller's own. */
  readonly unique: string;
}

const call = (field: string, on: string, args: Call['args']): Call => ({ field, on, args });
/** The same in the group and in the direct conversation. */
const both = (field: string, args: (conversationId: string, at: Cell) => ReturnType<Call['args']>): Call[] => [
  call(field, 'group', (at) => args(at.group.id, at)),
  call(field, 'direct', (at) => args(at.direct, at)),
];

/** What changes a group for the others: each call has a group of its own. */
export const CHANGES_THE_GROUP = new Set([
  'addMembers',
  'removeMember',
  'leaveGroup',
  'changeRole',
  'updateGroupInfo',
  'updateGroupSettings',
  'createInviteLink',
  'revokeInviteLink',
  'joinGroup',
  'decideJoin',
  'withdrawJoin',
  'linkGroup',
  'unlinkGroup',
  'joinCommunityGroup',
  'deactivateCommunity',
  'setDisappearing',
  'deleteMessage',
  'pinMessage',
  'unpinMessage',
  'hideMessage',
  'forwardMessages',
]);

/** Messages of another, and one's own, in both kinds of conversation; texts, if nothing else is said. */
const messages = (
  field: string,
  args: (messageId: string, at: Cell) => Args,
  content: Args = { text: 'hello' },
): Call[] => {
  const of =
    (find: (at: Cell, content: Args) => Promise<string | undefined>): Call['args'] =>
    async (at) => {
      const id = await find(at, content);
      if (id === undefined) return undefined;
      await at.world.settled();
      return args(id, at);
    };
  const isText = 'text' in content && !('viewOnce' in content);
  return [
    call(
      field,
      "another's in the group",
      of(({ group, world: { author, say } }) => say(author, group.id, content)),
    ),
    ...(isText
      ? [
          call(
            field,
            "another's of the time before",
            of(({ group }) => Promise.resolve(group.past)),
          ),
        ]
      : []),
    call(field, 'own in the group', of(ownInGroup)),
    call(field, "another's in the direct", of(othersInDirect)),
    call(field, 'own in the direct', of(ownInDirect)),
  ];
};

async function ownInGroup({ role, me, group, world }: Cell, content: Args): Promise<string | undefined> {
  if (role === 'former') return 'text' in content ? group.formers : undefined;
  return ['member', 'admin', 'owner', 'other device'].includes(role) ? world.say(me, group.id, content) : undefined;
}
async function ownInDirect({ role, me, direct, world }: Cell, content: Args): Promise<string | undefined> {
  return ['blocked', 'member', 'owner', 'other device'].includes(role) ? world.say(me, direct, content) : undefined;
}
/** The owner's, except to the owner. */
async function othersInDirect({ role, direct, world: { people, say } }: Cell, content: Args): Promise<string> {
  return say(['owner', 'other device'].includes(role) ? people.member : people.owner, direct, content);
}

/** On a message in the owner's channel, which everybody follows but those who are in it. */
const followed = (field: string, args: (messageId: string) => Args): Call =>
  call(field, 'channel, following it', async ({ world }) => {
    const id = await world.say(world.people.owner, world.channel.id, { text: 'news' });
    await world.settled();
    return args(id);
  });

const place = { latitude: 52.5, longitude: 13.4 };
const location = { ...place, liveForSeconds: 3600 };
export const poll = { question: 'Where?', options: ['Here', 'There'], votesVisible: true, closesAt: inAnHour() };
export const CALLS: readonly Call[] = [
  call('requestOtp', 'a number', ({ world }) => ({ phone: world.outsider.phone })),
  call('submitOtp', "another's number, wrong code", async ({ world }) => {
    const { phone } = await world.person();
    const right = await world.requestCode(phone);
    const code = right === '000000' ? '000001' : '000000';
    return { phone, code, device: { name: 'x', platform: 'x' } };
  }),
  call('submitOtp', 'a number, its code', async ({ world }) => {
    const { phone } = await world.person();
    return { phone, code: await world.requestCode(phone), device: { name: 'x', platform: 'x' } };
  }),
  call('refreshSession', 'own token', async ({ world }) => ({ refreshToken: (await world.person()).refreshToken })),
  call('refreshSession', 'made-up token', () => ({ refreshToken: 'x'.repeat(43) })),
  call('renewSession', 'own token', ({ me, world }) => ({ accessToken: me.token || world.outsider.token })),
  call('renewSession', "another's token", ({ world }) => ({ accessToken: world.outsider.token })),
  call('revokeDevice', "another's device", ({ world }) => ({ id: world.outsider.deviceId })),
  call('updateProfile', 'own account', ({ me, unique }) => ({ input: { name: `Person ${me.phone} ${unique}` } })),
  call('updatePrivacy', 'own account', () => ({ input: { calls: { kind: 'EVERYONE' } } })),
  call('findAccount', 'a number', ({ world }) => ({ phone: world.outsider.phone })),
  call('startConversation', 'owner', ({ world }) => ({ with: world.people.owner.accountId })),
  call('blockAccount', 'an account', ({ world }) => ({ id: world.outsider.accountId })),
  call('unblockAccount', 'an account', ({ world }) => ({ id: world.outsider.accountId })),
  call('reportAccount', 'owner', ({ world }) => ({
    input: { accountId: world.people.owner.accountId, reason: 'SPAM' },
  })),
  ...messages('reportMessage', (messageId) => ({ input: { messageIds: [messageId], reason: 'SPAM' } })),
  call('closeCase', 'a report', async ({ world, unique }) => ({
    input: { caseId: await world.report(unique), verdict: 'DISMISSED' },
  })),
  call('syncContacts', 'own book', ({ world }) => ({
    input: { entries: [{ name: 'Olga', phone: world.outsider.phone }] },
  })),

  call('sendMessage', 'group where admins send', async ({ unique, world }) => {
    const { id: conversationId } = await world.scene();
    await world.adminsOnly(conversationId);
    return { input: { conversationId, clientId: unique, text: 'hi' } };
  }),
  ...both('sendMessage', (conversationId, { unique }) => ({ input: { conversationId, clientId: unique, text: 'hi' } })),
  ...both('acknowledge', (conversationId) => ({ input: { conversationId, deliveredUpTo: 1, readUpTo: 1 } })),
  ...both('setTyping', (conversationId) => ({ conversationId, kind: 'TYPING' })),
  ...messages('editMessage', (messageId) => ({ input: { messageId, text: 'better' } })),
  ...messages('deleteMessage', (messageId) => ({ messageId })),
  // The direct conversation is one and the same for all, and takes three pins.
  ...messages('pinMessage', (messageId) => ({ messageId })).filter(({ on }) => on !== 'own in the direct'),
  ...messages('unpinMessage', (messageId) => ({ messageId })),
  ...messages('hideMessage', (messageId) => ({ messageId })),
  ...messages('starMessage', (messageId) => ({ messageId })),
  ...messages('unstarMessage', (messageId) => ({ messageId })),
  ...messages('openViewOnce', (messageId) => ({ messageId }), { text: 'once', viewOnce: true }),
  ...messages('votePoll', (messageId) => ({ messageId, options: [0] }), { poll }),
  ...messages('closePoll', (messageId) => ({ messageId }), { poll }),
  ...messages('updateLocation', (messageId) => ({ messageId, place }), { location }),
  ...messages('stopLocation', (messageId) => ({ messageId }), { location }),
  ...messages('forwardMessages', (messageId, { unique, direct }) => ({
    input: { clientId: unique, messageIds: [messageId], conversationIds: [direct] },
  })).map((row) => ({ ...row, within: 'MessagesForwarded { forwards { result' })),
  ...messages('reactToMessage', (messageId) => ({ messageId, emoji: '👍' })),

  call('createGroup', 'with the owner in it', ({ world, unique }) => ({
    input: { clientId: unique, name: 'New', memberIds: [world.people.owner.accountId] },
  })),
  ...both('addMembers', (conversationId, { world }) => ({
    input: { conversationId, memberIds: [world.outsider.accountId] },
  })),
  ...both('removeMember', (conversationId, { world }) => ({
    input: { conversationId, accountId: world.spare.accountId },
  })),
  call('removeMember', 'the owner of the group', ({ group, world }) => ({
    input: { conversationId: group.id, accountId: world.people.owner.accountId },
  })),
  call('removeMember', 'an admin of the group', ({ group, world }) => ({
    input: { conversationId: group.id, accountId: world.people.admin.accountId },
  })),
  ...both('leaveGroup', (conversationId) => ({ conversationId })),
  call('changeRole', 'a member, to admin', ({ group, world }) => ({
    input: { conversationId: group.id, accountId: world.spare.accountId, role: 'ADMIN' },
  })),
  call('changeRole', 'a member, to owner', ({ group, world }) => ({
    input: { conversationId: group.id, accountId: world.spare.accountId, role: 'OWNER' },
  })),
  call('changeRole', 'oneself, to owner', ({ group, me }) => ({
    input: { conversationId: group.id, accountId: me.accountId, role: 'OWNER' },
  })),
  call('changeRole', 'direct', ({ direct, me }) => ({
    input: { conversationId: direct, accountId: me.accountId, role: 'OWNER' },
  })),
  ...both('updateGroupInfo', (conversationId) => ({ input: { conversationId, name: 'Renamed' } })),
  ...both('updateGroupSettings', (conversationId) => ({ conversationId, settings: { approval: true } })),

  ...both('createInviteLink', (conversationId) => ({ input: { conversationId } })),
  call('revokeInviteLink', "the owner's", async ({ group, world }) => ({
    input: { conversationId: group.id, linkId: (await world.link(group.id)).id },
  })),
  call('joinGroup', 'by its link', async ({ group, world }) => ({ token: (await world.link(group.id)).token })),
  call('joinGroup', 'by its link, with approval', async ({ group, world }) => {
    await world.needApproval(group.id);
    return { token: (await world.link(group.id)).token };
  }),
  call('joinGroup', 'by a made-up link', () => ({ token: 'x'.repeat(22) })),
  call('decideJoin', 'a request to the group', async ({ group, world }) => {
    await world.request(group.id);
    return { input: { conversationId: group.id, accountId: world.outsider.accountId, approve: true } };
  }),
  call('decideJoin', 'direct', ({ direct, world }) => ({
    input: { conversationId: direct, accountId: world.outsider.accountId, approve: true },
  })),
  call('withdrawJoin', 'without a request', ({ group }) => ({ conversationId: group.id })),
  ...both('setDisappearing', (conversationId) => ({ conversationId, seconds: 86_400 })),

  ...both('archiveChat', (conversationId) => ({ conversationId })),
  ...both('unarchiveChat', (conversationId) => ({ conversationId })),
  ...both('muteChat', (conversationId) => ({ conversationId })),
  ...both('unmuteChat', (conversationId) => ({ conversationId })),
  ...both('pinChat', (conversationId) => ({ conversationId })),
  ...both('unpinChat', (conversationId) => ({ conversationId })),
  ...both('markChatRead', (conversationId) => ({ conversationId })),
  ...both('markChatUnread', (conversationId) => ({ conversationId })),
  ...both('clearChat', (conversationId) => ({ conversationId, upTo: 0 })),
  ...both('deleteChat', (conversationId) => ({ conversationId, upTo: 0 })),
  ...both('saveDraft', (conversationId) => ({ conversationId, text: 'half a' })),
  ...both('scheduleMessage', (conversationId, { unique }) => ({
    input: { conversationId, clientId: unique, text: 'later', at: inAnHour() },
  })),
  call('cancelScheduledMessage', "the owner's", async ({ group, world }) => ({
    scheduledMessageId: await world.schedule(group.id),
  })),

  call('createBroadcastList', 'with the owner in it', ({ world, unique }) => ({
    input: { clientId: unique, name: 'List', recipientIds: [world.people.owner.accountId] },
  })),
  call('updateBroadcastList', "the owner's", async ({ world, unique }) => ({
    input: { conversationId: await listOf(world.people.owner, world.author, `list-${unique}`), name: 'Renamed' },
  })),

  call('createChannel', 'a new handle', ({ unique }) => ({ input: { handle: `channel_${unique}`, name: 'News' } })),
  call('createChannel', "the owner's handle", ({ world }) => ({
    input: { handle: world.channel.handle, name: 'Mine' },
  })),
  call('followChannel', "the owner's", ({ world }) => ({ channelId: world.channel.id })),
  call('followChannel', 'what is a group', ({ group }) => ({ channelId: group.id })),
  call('acknowledge', 'channel, following it', async ({ world }) => {
    await world.settled();
    return { input: { conversationId: world.channel.id, readUpTo: 1 } };
  }),
  call('muteChat', 'channel, following it', ({ world }) => ({ conversationId: world.channel.id })),
  call('sendMessage', 'channel, following it', ({ world, unique }) => ({
    input: { conversationId: world.channel.id, clientId: unique, text: 'hi' },
  })),
  followed('editMessage', (messageId) => ({ input: { messageId, text: 'newer' } })),
  followed('deleteMessage', (messageId) => ({ messageId })),
  followed('reactToMessage', (messageId) => ({ messageId, emoji: '👍' })),
  followed('starMessage', (messageId) => ({ messageId })),
  call('unfollowChannel', "the owner's", ({ world }) => ({ channelId: world.channel.id })),
  call('sendMessage', 'channel', ({ world, unique }) => ({
    input: { conversationId: world.channel.id, clientId: unique, text: 'hi' },
  })),
  // After the unfollowing is in the read model.
  call('acknowledge', 'channel', async ({ world }) => {
    await world.settled();
    return { input: { conversationId: world.channel.id, readUpTo: 0 } };
  }),
  call('muteChat', 'channel', ({ world }) => ({ conversationId: world.channel.id })),
  call('updateChannel', "the owner's", ({ world, unique }) => ({
    input: { channelId: world.channel.id, name: `News ${unique}` },
  })),
  call('setChannelAdmin', "the owner's", ({ world }) => ({
    input: { channelId: world.channel.id, accountId: world.author.accountId, admin: true },
  })),

  call('createCommunity', 'a new one', ({ unique }) => ({ input: { clientId: unique, name: 'School' } })),
  call('linkGroup', "the owner's community", async ({ group, world }) => ({
    input: { communityId: await world.community(), groupId: group.id },
  })),
  call('unlinkGroup', 'the group', async ({ group, world }) => ({
    input: { communityId: await world.community(group.id), groupId: group.id },
  })),
  call('joinCommunityGroup', 'another group of it', async ({ group, world }) => {
    const communityId = await world.community(group.id);
    return { input: { communityId, groupId: await world.anotherGroup(communityId) } };
  }),
  call('sendMessage', 'community', async ({ world, unique }) => ({
    input: { conversationId: await world.community((await world.scene()).id), clientId: unique, text: 'hi' },
  })),
  call('deactivateCommunity', 'that of the group', async ({ group, world }) => ({
    communityId: await world.community(group.id),
  })),

  call('revokeDevice', 'own other device', async ({ world, me }) => ({ id: (await world.anotherDevice(me)).deviceId })),
  {
    ...call('signOut', 'own device', () => ({})),
    // A socket may end before it has the answer.
    http: true,
    as: async ({ world, me, role }) => (role === 'no session' ? me : world.anotherDevice(me)),
  },
];
