import { createHash, createSecretKey, randomBytes } from 'node:crypto';
import { systemClock } from '../../src/platform/clock/system.js';
import { postgresEventStore } from '../../src/platform/eventStore/postgres/index.js';
import type { EventStore, NewEvent, Position } from '../../src/platform/eventStore/port.js';
import { opener, type Opener } from '../../src/platform/keys/opener.js';
import type { KeyRef, SubjectKey } from '../../src/platform/keys/port.js';
import { formatKeyRef, seal } from '../../src/platform/keys/seal.js';
import { silentLogger } from '../../src/platform/observability/logger.js';
import { PROJECTIONS } from '../../src/projections/index.js';
import { createProjector, type Projector, type ProjectorDeps } from '../../src/projections/kit/projector.js';
import { testDatabase, type TestDatabase } from '../kit/postgres.js';

/** The same name, the same UUID. */
export function uuid(name: string): string {
  const hex = createHash('sha256').update(name).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-7${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

export interface TestLog {
  readonly database: TestDatabase;
  readonly eventStore: EventStore;
  readonly open: Opener;
  readonly keys: Map<string, SubjectKey>;
  /** Events of the named account or conversation; several in one append. */
  register(account: string): Promise<Position>;
  profile(
    account: string,
    changes: { readonly name?: string | null; readonly about?: string; readonly avatar?: string },
  ): Promise<Position>;
  revoke(account: string, device: string): Promise<Position>;
  start(conversation: string, members: readonly [string, string]): Promise<Position>;
  /** Any other event of a conversation's stream; a string in `sealed` becomes a sealed field. */
  happens(
    conversation: string,
    actor: string,
    type: string,
    data?: Record<string, unknown>,
    sealed?: Record<string, string>,
  ): Promise<Position>;
  /** Texts by turns of the author's first device; a Buffer is sent sealed. */
  send(conversation: string, author: string, ...contents: readonly (string | Buffer)[]): Promise<Position>;
  /** A message with a content of any kind; what it says becomes sealed. */
  says(
    conversation: string,
    author: string,
    content: Record<string, unknown>,
    said: Record<string, string>,
    more?: Record<string, unknown>,
  ): Promise<Position>;
  receipt(
    conversation: string,
    account: string,
    device: string,
    marks: { readonly delivered?: number; readonly read?: number },
  ): Promise<Position>;
  /** An event of the account's preferences; what is in `sealed` is sealed. */
  prefer(
    account: string,
    type: string,
    data: Record<string, unknown>,
    sealed?: Record<string, string>,
  ): Promise<Position>;
  /** The fact, then the key. */
  erase(account: string): Promise<Position>;
  append(stream: string, ...events: readonly NewEvent[]): Promise<Position>;
  projector(overrides?: Partial<ProjectorDeps>): Projector;
  rows(table: string): Promise<readonly Record<string, unknown>[]>;
  close(): Promise<void>;
}

/** A log with its read model in a database of its own. Devices are named `<account>/<n>`. */
export async function testLog(): Promise<TestLog> {
  const database = await testDatabase();
  const eventStore = postgresEventStore({
    pool: database.pool,
    listenConnectionString: database.url,
    clock: systemClock,
    logger: silentLogger,
  });
  const keys = new Map<string, SubjectKey>();
  let now = 1_790_000_000_000;
  let count = 0;

  const keyOf = (ref: KeyRef): SubjectKey => {
    const id = formatKeyRef(ref);
    const key = keys.get(id) ?? createSecretKey(randomBytes(32));
    keys.set(id, key);
    return key;
  };
  const open = opener({
    keys: { find: (ref) => keys.get(formatKeyRef(ref)), prefetch: async () => undefined },
    eventStore,
  });

  /** A string in `sealed` becomes a sealed field. */
  const event = (
    type: string,
    actor: string,
    data: Record<string, unknown>,
    sealed: Record<string, string> = {},
  ): NewEvent => {
    const id = uuid(`event ${(count += 1)}`);
    const ref = { subject: uuid(actor), scope: 'account' };
    const fields = Object.entries(sealed).map(([name, text]) => [
      name,
      seal(keyOf(ref), ref, `${id}|${type}|${name}`, text),
    ]);
    const metadata = { occurredAt: (now += 1_000), actor: { account: uuid(actor), device: uuid(`${actor}/1`) } };
    return { id, type, data: { ...data, ...(Object.fromEntries(fields) as object) }, metadata };
  };
  const message = (author: string, content: string | Buffer): NewEvent => {
    const base = event('MessageSent', author, { clientId: `c${count}`, at: now, fingerprint: `f${count}` });
    const ref = { subject: uuid(author), scope: 'account' };
    const said =
      typeof content === 'string'
        ? { kind: 'text', text: seal(keyOf(ref), ref, `${base.id}|MessageSent|content.text`, content) }
        : { kind: 'sealed', algorithm: 'test', bytes: content.toString('base64') };
    return { ...base, data: { ...base.data, content: said } };
  };
  const append = async (stream: string, ...events: readonly NewEvent[]): Promise<Position> => {
    const outcome = await eventStore.append({ stream, expected: 'any', events });
    if (outcome.kind !== 'appended') throw new Error(outcome.kind);
    return outcome.position;
  };

  return {
    database,
    eventStore,
    open,
    keys,
    append,
    register: (account) =>
      append(
        `account-${uuid(account)}`,
        event(
          'AccountRegistered',
          account,
          { phoneHmac: `hmac ${account}`, country: 'DE' },
          { phone: `+49 ${account}`, name: account },
        ),
        event('DeviceLinked', account, { deviceId: uuid(`${account}/1`), platform: 'ios' }, { name: 'first' }),
        event('DeviceLinked', account, { deviceId: uuid(`${account}/2`), platform: 'web' }, { name: 'second' }),
      ),
    profile: (account, { name, about, avatar }) =>
      append(
        `account-${uuid(account)}`,
        event(
          'ProfileChanged',
          account,
          { ...(name === null && { name }), ...(avatar !== undefined && { avatar }) },
          { ...(name != null && { name }), ...(about !== undefined && { about }) },
        ),
      ),
    revoke: (account, device) =>
      append(
        `account-${uuid(account)}`,
        event('DeviceRevoked', account, { deviceId: uuid(device), reason: 'revoked' }),
      ),
    start: (conversation, [a, b]) =>
      append(
        `conversation-${uuid(conversation)}`,
        event('ConversationStarted', a, { kind: 'direct', members: [uuid(a), uuid(b)].sort() }),
      ),
    happens: (conversation, actor, type, data = {}, sealed = {}) =>
      append(`conversation-${uuid(conversation)}`, event(type, actor, data, sealed)),
    send: (conversation, author, ...contents) =>
      append(`conversation-${uuid(conversation)}`, ...contents.map((content) => message(author, content))),
    says(conversation, author, content, said, more = {}) {
      const base = event('MessageSent', author, { clientId: `c${count}`, at: now, fingerprint: `f${count}`, ...more });
      const ref = { subject: uuid(author), scope: 'account' };
      const sealed = Object.entries(said).map(
        ([name, text]) => [name, seal(keyOf(ref), ref, `${base.id}|MessageSent|content.${name}`, text)] as const,
      );
      const data = { ...base.data, content: { ...content, ...Object.fromEntries(sealed) } };
      return append(`conversation-${uuid(conversation)}`, { ...base, data });
    },
    receipt: (conversation, account, device, marks) =>
      append(
        `receipts-${uuid(conversation)}`,
        event('WatermarkAdvanced', account, { accountId: uuid(account), deviceId: uuid(device), ...marks }),
      ),
    prefer: (account, type, data, sealed) => append(`preferences-${uuid(account)}`, event(type, account, data, sealed)),
    async erase(account) {
      const position = await append(`account-${uuid(account)}`, event('KeyDestroyed', account, { scope: 'account' }));
      keys.delete(formatKeyRef({ subject: uuid(account), scope: 'account' }));
      return position;
    },
    projector: (overrides) =>
      createProjector({
        readStore: database,
        eventStore,
        open,
        projections: PROJECTIONS,
        logger: silentLogger,
        ...overrides,
      }),
    rows: async (table) =>
      (await database.pool.query<Record<string, unknown>>(`SELECT * FROM ${table} t ORDER BY t::text`)).rows,
    async close() {
      await eventStore.close();
      await database.close();
    },
  };
}

/** A bit of everything: two conversations, receipts, a sealed message, a changed profile, a revoked device. */
export async function chat(log: TestLog): Promise<void> {
  for (const account of ['ada', 'bob', 'eve']) await log.register(account);
  await log.start('ab', ['ada', 'bob']);
  await log.send('ab', 'ada', 'hello', 'are you there?');
  await log.receipt('ab', 'bob', 'bob/1', { delivered: 2 });
  await log.receipt('ab', 'bob', 'bob/2', { delivered: 2, read: 1 });
  await log.send('ab', 'bob', 'yes', Buffer.from([0, 1, 2, 255]));
  await log.start('ae', ['ada', 'eve']);
  await log.send('ae', 'eve', 'שלום', '👋🏽');
  await log.receipt('ab', 'bob', 'bob/2', { read: 2 });
  await log.receipt('ab', 'bob', 'bob/2', { read: 1 });
  await log.profile('bob', { name: 'Bob B.', about: 'busy', avatar: 'media/1' });
  await log.profile('eve', { name: null });
  await log.revoke('bob', 'bob/2');
  await log.receipt('ae', 'ada', 'ada/1', { read: 2 });
}

/** Everything that happens in a group: who comes, goes and comes back, and what becomes of its messages. */
export async function group(log: TestLog): Promise<void> {
  for (const account of ['gil', 'hal', 'ida', 'joe']) await log.register(account);
  const [gil, hal, ida, joe, link] = ['gil', 'hal', 'ida', 'joe', 'link'].map(uuid);
  const settings = {
    send: 'everyone',
    editInfo: 'everyone',
    addMembers: 'admins',
    approval: true,
    sharedHistory: false,
  };
  const members = [
    { accountId: gil, role: 'owner' },
    { accountId: hal, role: 'member' },
  ];
  const does = (actor: string, type: string, data?: Record<string, unknown>, sealed?: Record<string, string>) =>
    log.happens('g', actor, type, data, sealed);
  await does('gil', 'GroupCreated', { members, settings, avatar: 'media/2' }, { name: 'Climbing', description: 'Up.' });
  await log.send('g', 'hal', 'one', 'two', 'three'); // 1..3
  await does('gil', 'InviteLinkCreated', { linkId: link, tokenHash: 'hash', maxUses: 5 });
  await does('ida', 'JoinRequested', { accountId: ida, linkId: link });
  await does('gil', 'MembersAdded', { members: [ida], sharedHistory: false, via: 'request', linkId: link }); // 6
  await does('joe', 'JoinRequested', { accountId: joe, linkId: link });
  await does('gil', 'JoinDeclined', { accountId: joe });
  await does('hal', 'MessageEdited', { target: 2 }, { text: 'zwei' });
  await does('hal', 'MessageEdited', { target: 2, mentions: [gil] }, { text: 'zwo' }); // 10
  await does('hal', 'MessageEdited', { target: 3 }, { text: 'drei' });
  await does('gil', 'MessageDeleted', { target: 3 }); // 12
  for (const [actor, emoji] of [
    ['gil', '👍'],
    ['ida', '🎉'],
    ['gil', '❤️'],
    ['ida', null],
  ] as const)
    await does(actor, 'ReactionChanged', { target: 1, emoji });
  await does('gil', 'MessagePinned', { target: 1 });
  await does('gil', 'MessagePinned', { target: 2 });
  await does('gil', 'MessageUnpinned', { target: 1 });
  await does('gil', 'PollVoted', { target: 2, options: [0, 2] }); // 20
  await does('gil', 'MemberRemoved', { accountId: hal }); // 21
  await log.send('g', 'ida', 'without hal'); // 22
  await does('gil', 'GroupSettingsChanged', { sharedHistory: true, send: 'admins' });
  await does('gil', 'MembersAdded', { members: [hal], sharedHistory: true, via: 'admin' }); // 24
  await does('gil', 'GroupInfoChanged', { description: null, avatar: null }, { name: 'Bouldering' });
  await does('gil', 'RoleChanged', { accountId: ida, role: 'admin' });
  await does('gil', 'MemberLeft', { accountId: gil, newOwner: ida }); // 27
  await does('ida', 'InviteLinkRevoked', { linkId: link });
  await does('ida', 'TimerChanged', { seconds: 86_400 });
  await log.send('g', 'ida', 'short-lived'); // 30
  await does('ida', 'MessagesExpired', { targets: [30] });
  await log.receipt('g', 'hal', 'hal/1', { delivered: 30, read: 22 });
}

/** Every kind of message, and all that can become of it, between two; at the end one blocks the other. */
export async function kinds(log: TestLog): Promise<void> {
  for (const account of ['kim', 'lea']) await log.register(account);
  await log.start('kl', ['kim', 'lea']);
  const does = (actor: string, type: string, data?: Record<string, unknown>, sealed?: Record<string, string>) =>
    log.happens('kl', actor, type, data, sealed);
  const says = (author: string, content: Record<string, unknown>, said: Record<string, string>, more = {}) =>
    log.says('kl', author, content, said, more);
  await says('kim', { kind: 'contact' }, { card: '{"name":"Max","phones":["1"]}' }); // 1
  await says('kim', { kind: 'location' }, { place: '{"latitude":1,"longitude":2}' });
  await says('kim', { kind: 'location', liveUntil: 1_800_000_000_000 }, { place: '{"latitude":3,"longitude":4}' });
  const poll = { options: 2, multiple: false, votesVisible: true };
  await says('lea', { kind: 'poll', ...poll }, { poll: '{"question":"When?","options":["now","later"]}' });
  await says('kim', { kind: 'text' }, { text: 'once' }, { viewOnce: true }); // 5
  await says('lea', { kind: 'text' }, { text: 'again' }, { replyTo: 1, hops: 2, mentions: [uuid('kim')] });
  await does('kim', 'LocationUpdated', { target: 3 }, { place: '{"latitude":5,"longitude":6}' });
  await does('kim', 'LocationUpdated', { target: 3 }, { place: '{"latitude":7,"longitude":8}' });
  await does('kim', 'LocationEnded', { target: 3 });
  await does('kim', 'PollVoted', { target: 4, options: [1] }); // 10
  await does('lea', 'PollVoted', { target: 4, options: [0] });
  await does('kim', 'PollVoted', { target: 4, options: [] });
  await does('lea', 'PollClosed', { target: 4 });
  await does('lea', 'ViewOnceOpened', { target: 5, everyone: true });
  await does('lea', 'MessagePinned', { target: 1 }); // 15
  await does('lea', 'MessagePinned', { target: 2 });
  await does('kim', 'MessageDeleted', { target: 2 });
  await does('lea', 'MessageEdited', { target: 6 }, { text: 'and again' });
  const withheld = true;
  await does('lea', 'MessageEdited', { target: 6, withheld }, { text: 'unheard' });
  await does('lea', 'ReactionChanged', { target: 1, emoji: '👍', withheld }); // 20
  await does('lea', 'MessagePinned', { target: 4, withheld });
  await does('kim', 'LocationUpdated', { target: 3, withheld }, { place: '{"latitude":9,"longitude":9}' });
  await says('kim', { kind: 'text' }, { text: 'unseen' }, { withheld });
  await does('kim', 'MessageEdited', { target: 23, withheld }, { text: 'unseen, edited' });
  await does('kim', 'MessagePinned', { target: 23, withheld }); // 25
  await does('kim', 'MessageDeleted', { target: 1, withheld });
  const preview = (n: number): Record<string, string> => ({
    preview: `{"url":"https://example.com/${n}","title":"${n}"}`,
  });
  await does('lea', 'LinkPreviewAdded', { target: 6 }, preview(1));
  await does('lea', 'MessageEdited', { target: 6 }, { text: 'and again: https://example.com/2' });
  await does('lea', 'LinkPreviewAdded', { target: 6 }, preview(2));
  await does('kim', 'LinkPreviewAdded', { target: 23, withheld }, preview(3)); // 30
  await says('kim', { kind: 'text' }, { text: 'https://example.com/4' });
  await does('kim', 'LinkPreviewAdded', { target: 31 }, preview(4));
  await does('kim', 'MessageDeleted', { target: 31 });
}

/** Of a group in which every member may do everything. */
export const openSettings = {
  send: 'everyone',
  editInfo: 'everyone',
  addMembers: 'everyone',
  approval: false,
  sharedHistory: false,
} as const;
