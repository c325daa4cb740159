import { administrators, registerMany, seedPhone } from '../../../src/domain/accounts/index.js';
import { encodeId } from '../../../src/api/kit/nodeIds.js';
import { connect, type WireClient } from '../../kit/client.js';
import { conversation, createCommunity, linkGroup } from '../../kit/communities.js';
import { startConversation } from '../../kit/documents.js';
import { changeRole, createGroup, removeMember, updateGroupSettings } from '../../kit/groups.js';
import { testApp, type TestApp } from '../../kit/testApp.js';

/** Those whose calls the matrix asserts. `other device` is a second one of the owner's; `administrator`: a stranger to all of them. */
export const ROLES = [
  'no session',
  'stranger',
  'blocked',
  'former',
  'member',
  'admin',
  'owner',
  'other device',
  'administrator',
] as const;
export type Role = (typeof ROLES)[number];

export interface Person {
  readonly client: WireClient;
  readonly accountId: string;
  readonly deviceId: string;
  readonly phone: string;
  readonly token: string;
  readonly refreshToken: string;
}

/** A group: owner, admin, member, author, spare and (removed again) former are in it. */
export interface Scene {
  readonly id: string;
  /** By the author: one from before the former member was removed, and one from after. */
  readonly past: string;
  readonly later: string;
  /** By the former member. */
  readonly formers: string;
}

export interface World {
  readonly server: TestApp;
  readonly people: Readonly<Record<Role, Person>>;
  /** A member of every group with no other part in it, and one who is in none. */
  readonly author: Person;
  readonly spare: Person;
  readonly outsider: Person;
  /** Of the owner and the member; and of the owner and the one whom the owner blocks. */
  readonly direct: string;
  readonly blockedDirect: string;
  /** The owner's in the first. */
  readonly directMessage: string;
  /** The owner's channel, of which the admin is an admin. */
  readonly channel: { readonly id: string; readonly handle: string };
  /** The owner's broadcast list, and what was sent to it. */
  readonly list: { readonly id: string; readonly messageId: string };
  /** The direct conversation that the role would use. */
  directOf(role: Role): string;
  scene(): Promise<Scene>;
  person(): Promise<Person>;
  anotherDevice(who: Person): Promise<Person>;
  say(who: Person, conversation: string, content: string | object): Promise<string>;
  /** By the owner. */
  link(group: string, limits?: object): Promise<{ readonly id: string; readonly token: string }>;
  needApproval(group: string): Promise<void>;
  adminsOnly(group: string): Promise<void>;
  /** The owner's, with the group and its members in it. */
  community(group?: string): Promise<string>;
  /** The owner's, in the community. */
  anotherGroup(community: string): Promise<string>;
  /** By the outsider, to join. */
  request(group: string): Promise<void>;
  /** A new case: by an account that has nothing else, of the owner. */
  report(comment: string): Promise<string>;
  /** By the owner. */
  schedule(group: string): Promise<string>;
  /** Asks for a code, and reads it. */
  requestCode(phone: string): Promise<string>;
  /** Everything that was written can be read. */
  settled(): Promise<void>;
  close(): Promise<void>;
}

let phones = 5_000_000;
let sent = 0;

export async function makeWorld(): Promise<World> {
  const server = await testApp({ RATE_LIMITS: 'off' });
  const { app } = server;
  const signIn = async (accountId: string, deviceId: string, phone: string): Promise<Person> => {
    const { accessToken, refreshToken } = await app.handlers.accounts.issueTokens({ accountId, deviceId });
    const client = await connect(server.url, { token: accessToken });
    return {
      client,
      accountId: encodeId('account', accountId),
      deviceId: encodeId('device', deviceId),
      phone,
      token: accessToken,
      refreshToken,
    };
  };
  const register = async (count: number): Promise<Person[]> => {
    const accounts = Array.from({ length: count }, () => ({ phone: seedPhone(phones++), name: `Person ${phones}` }));
    const made = await registerMany(app.seedDeps, accounts);
    return Promise.all(
      made.map(({ accountId, deviceId }, index) => signIn(accountId, deviceId, accounts[index]!.phone)),
    );
  };
  const guest = await connect(server.url);
  const requestCode = async (phone: string): Promise<string> => {
    await guest.run('mutation ($phone: String!) { requestOtp(phone: $phone) { __typename } }', { phone });
    return (await app.outbox?.read(phone, 1))?.[0]?.code ?? '';
  };
  const settled = async (): Promise<void> => {
    await app.projector.waitFor(await app.eventStore.head(), 10_000);
  };
  const say: World['say'] = async (who, conversationId, content) => {
    const more = typeof content === 'string' ? { text: content } : content;
    const { sendMessage } = await who.client.run<{ sendMessage: { messageId?: string; message?: string } }>(
      'mutation ($input: SendMessageInput!) { sendMessage(input: $input) { ... on MessageSent { messageId } ... on Problem { message } } }',
      { input: { conversationId, clientId: `c${sent++}`, ...more } },
    );
    if (sendMessage.messageId === undefined) throw new Error(sendMessage.message);
    return sendMessage.messageId;
  };

  const [stranger, blocked, former, member, admin, owner, administrator, author, spare, outsider] = (await register(
    10,
  )) as [Person, ...Person[]] as [Person, Person, Person, Person, Person, Person, Person, Person, Person, Person];
  await administrators(app.seedDeps).grant(administrator.phone);
  const nobody: Person = { ...stranger, client: await connect(server.url), token: '', refreshToken: '' };
  const people: World['people'] = {
    'no session': nobody,
    stranger,
    blocked,
    former,
    member,
    admin,
    owner,
    'other device': await secondDevice(server.url, owner, requestCode),
    administrator,
  };
  const [direct, blockedDirect] = await Promise.all([
    startConversation(owner.client, member.accountId),
    startConversation(owner.client, blocked.accountId),
  ]);
  const directMessage = await say(owner, direct, 'direct secret');
  await say(owner, blockedDirect, 'before the block');
  await owner.client.run('mutation ($id: ID!) { blockAccount(id: $id) { __typename } }', { id: blocked.accountId });
  await owner.client.run(
    `mutation ($phone: String!) { updateProfile(input: { about: "About me", avatar: "media/1" }) { __typename }
      syncContacts(input: { entries: [{ name: "Secret contact", phone: $phone }] }) { __typename } }`,
    { phone: spare.phone },
  );
  await author.client.run(
    'mutation ($phone: String!) { syncContacts(input: { entries: [{ name: "Olga", phone: $phone }] }) { __typename } }',
    { phone: owner.phone },
  );
  const listId = await listOf(owner, author, 'list');
  const list = { id: listId, messageId: await say(owner, listId, 'to all') };
  const channel = await channelOf(owner, people.admin);
  await settled();
  let linking: Promise<unknown> = Promise.resolve();

  return {
    server,
    people,
    author,
    spare,
    outsider,
    direct,
    directMessage,
    blockedDirect,
    list,
    channel,
    directOf: (role) => (role === 'blocked' ? blockedDirect : direct),
    async scene() {
      const { id } = await createGroup(owner.client, {
        clientId: `g${sent++}`,
        name: 'Climbing',
        description: 'Up.',
        avatar: 'media/1',
        memberIds: [admin, member, author, spare, former].map(({ accountId }) => accountId),
      });
      const [past, formers] = await Promise.all([
        say(author, id, 'past secret'),
        say(former, id, 'by the former'),
        changeRole(owner.client, id, admin.accountId, 'ADMIN'),
      ]);
      await removeMember(owner.client, id, former.accountId);
      return { id, past, formers, later: await say(author, id, 'later secret') };
    },
    anotherDevice(who) {
      // A number has one code at a time.
      const device = linking.then(() => secondDevice(server.url, who, requestCode));
      linking = device.catch(() => undefined);
      return device;
    },
    person: async () => (await register(1))[0]!,
    async report(comment) {
      const [reporter] = await register(1);
      const { reportAccount } = await reporter!.client.run<{ reportAccount: { caseId: string } }>(
        'mutation ($input: ReportAccountInput!) { reportAccount(input: $input) { ... on Reported { caseId } } }',
        { input: { accountId: owner.accountId, reason: 'SPAM', comment } },
      );
      return reportAccount.caseId;
    },
    say,
    ...ownersActs(owner, outsider),
    requestCode,
    settled,
    close: () => server.close(),
  };
}

async function secondDevice(url: string, owner: Person, requestCode: World['requestCode']): Promise<Person> {
  const guest = await connect(url);
  const { phone } = owner;
  const { submitOtp } = await guest.run<{
    submitOtp: { device: { id: string }; tokens: { accessToken: string; refreshToken: string } };
  }>(
    `mutation ($phone: String!, $code: String!) { submitOtp(phone: $phone, code: $code, device: { name: "Laptop", platform: "web" }) {
      ... on SignedIn { device { id } tokens { accessToken refreshToken } } } }`,
    { phone, code: await requestCode(phone) },
  );
  guest.close();
  const { accessToken, refreshToken } = submitOtp.tokens;
  return {
    ...owner,
    client: await connect(url, { token: accessToken }),
    deviceId: submitOtp.device.id,
    token: accessToken,
    refreshToken,
  };
}

function ownersActs(
  owner: Person,
  outsider: Person,
): Pick<World, 'link' | 'needApproval' | 'adminsOnly' | 'community' | 'anotherGroup' | 'request' | 'schedule'> {
  const link: World['link'] = async (conversationId, limits = {}) => {
    const { createInviteLink } = await owner.client.run<{
      createInviteLink: { token: string; link: { id: string } };
    }>(
      `mutation ($input: CreateInviteLinkInput!) { createInviteLink(input: $input) {
        ... on InviteLinkCreated { token link { id } } } }`,
      { input: { conversationId, ...limits } },
    );
    return { id: createInviteLink.link.id, token: createInviteLink.token };
  };
  const needApproval: World['needApproval'] = async (id) => {
    await updateGroupSettings(owner.client, id, { approval: true });
  };
  return {
    link,
    needApproval,
    async adminsOnly(id) {
      await updateGroupSettings(owner.client, id, { send: 'ADMINS' });
    },
    async community(group) {
      const { id } = await createCommunity(owner.client, { clientId: `s${sent++}`, name: 'School' });
      if (group === undefined) return id;
      await linkGroup(owner.client, id, group);
      const members = async (): Promise<number> => (await conversation(owner.client, id))?.members.edges.length ?? 0;
      while ((await members()) < 5) await new Promise((resolve) => setTimeout(resolve, 20));
      return id;
    },
    async anotherGroup(community) {
      const { id } = await createGroup(owner.client, { clientId: `g${sent++}`, name: 'Other', memberIds: [] });
      await linkGroup(owner.client, community, id);
      return id;
    },
    async request(group) {
      await needApproval(group);
      const { token } = await link(group);
      await outsider.client.run('mutation ($token: String!) { joinGroup(token: $token) { __typename } }', { token });
    },
    async schedule(conversationId) {
      const input = { conversationId, clientId: `later${sent++}`, text: 'scheduled secret', at: inAnHour() };
      for (;;) {
        const { scheduleMessage } = await owner.client.run<{
          scheduleMessage: { __typename: string; scheduledMessage?: { id: string } };
        }>(
          `mutation ($input: ScheduleMessageInput!) { scheduleMessage(input: $input) { __typename
            ... on ScheduledMessageSaved { scheduledMessage { id } } } }`,
          { input },
        );
        if (scheduleMessage.scheduledMessage !== undefined) return scheduleMessage.scheduledMessage.id;
        if (scheduleMessage.__typename !== 'Busy') throw new Error(scheduleMessage.__typename);
      }
    },
  };
}

export async function listOf(who: Person, recipient: Person, clientId: string): Promise<string> {
  const { createBroadcastList } = await who.client.run<{
    createBroadcastList: { list: { conversation: { id: string } } };
  }>(
    `mutation ($input: CreateBroadcastListInput!) { createBroadcastList(input: $input) {
      ... on BroadcastListSaved { list { conversation { id } } } } }`,
    { input: { clientId, name: 'List', recipientIds: [recipient.accountId] } },
  );
  return createBroadcastList.list.conversation.id;
}

export function inAnHour(): string {
  return new Date(Date.now() + 3_600_000).toISOString();
}

export async function channelOf(who: Person, admin: Person, handle = 'climbing_news'): Promise<World['channel']> {
  const { createChannel } = await who.client.run<{ createChannel: { channel: { id: string } } }>(
    `mutation ($input: CreateChannelInput!) { createChannel(input: $input) { ... on ChannelSaved { channel { id } } } }`,
    { input: { handle, name: 'News', description: 'What is new', avatar: 'media/1' } },
  );
  const { id } = createChannel.channel;
  await who.client.run('mutation ($input: SetChannelAdminInput!) { setChannelAdmin(input: $input) { __typename } }', {
    input: { channelId: id, accountId: admin.accountId, admin: true },
  });
  return { id, handle };
}
