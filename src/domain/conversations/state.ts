import { changedTerms, isAdminAt, type AdminTerms } from './adminTerms.js';
import type { ConversationKind, DataOf, GroupSettings, Role } from './events.js';

/** Sequences are revisions of the conversation's stream. */
export interface Member {
  readonly role: Role;
  /** The first sequence that it may read. */
  readonly from: number;
  readonly joinedAt: number;
}

/** An ended membership: it could read from `from`, was told of what happened since `joinedAt`, both up to below `to`. */
export interface FormerMembership {
  readonly from: number;
  readonly joinedAt: number;
  readonly to: number;
  /** By an admin: the account did not leave. */
  readonly removed?: true;
}

export interface InviteLink {
  readonly tokenHash: string;
  readonly createdBy: string;
  readonly expiresAt: number | null;
  readonly maxUses: number | null;
  readonly uses: number;
}

/** Who is in a broadcast list gets what is sent from `from` on, up to below `to`; null: still. */
export interface RecipientPeriod {
  readonly from: number;
  readonly to: number | null;
}

/** What a community knows of a group that is, or was, in it. */
export interface GroupOfCommunity {
  /** The sequence of the group's stream at which it was last linked. */
  readonly link: number;
  readonly linked: boolean;
  /** The sequence of the community's stream since when it is so. */
  readonly since: number;
}

/** A message that is pinned, or not any more, to one account alone. */
export interface OwnPin {
  readonly account: string;
  readonly target: number;
  readonly pinned: boolean;
}

/** What deciding needs to know of a conversation. `lastAt`: milliseconds since the epoch of the newest message, 0 without one. */
export interface Conversation {
  readonly kind: ConversationKind;
  readonly members: ReadonlyMap<string, Member>;
  readonly left: ReadonlyMap<string, readonly FormerMembership[]>;
  readonly adminTerms: AdminTerms;
  readonly settings: GroupSettings;
  /** Those that were not revoked, by id. */
  readonly links: ReadonlyMap<string, InviteLink>;
  /** Who waits for an admin, and the link that they came by. */
  readonly requests: ReadonlyMap<string, { readonly linkId: string | undefined }>;
  /** Sequences of pinned messages, the newest pin last. */
  readonly pins: readonly number[];
  /** Where an account alone sees otherwise: what it did is withheld from the other. */
  readonly ownPins: readonly OwnPin[];
  /** Of a broadcast list: all that there ever were. */
  readonly recipients: ReadonlyMap<string, readonly RecipientPeriod[]>;
  /** Of a community: by id. */
  readonly groups: ReadonlyMap<string, GroupOfCommunity>;
  /** Of a group: the community that it is in, and the sequence at which it was linked. */
  readonly community: { readonly id: string; readonly link: number } | null;
  /** How long messages stay; null: for ever. */
  readonly timerSeconds: number | null;
  readonly lastAt: number;
}

export type ConversationState = { readonly kind: 'absent' } | Conversation;

const NOBODY: Conversation['recipients'] = new Map();
const NO_TERMS: AdminTerms = new Map();
const NO_MEMBERS: Conversation['members'] = new Map();
const NO_GROUPS: Conversation['groups'] = new Map();

export const ABSENT: ConversationState = { kind: 'absent' };

export const DEFAULT_SETTINGS: GroupSettings = {
  send: 'everyone',
  editInfo: 'everyone',
  addMembers: 'everyone',
  approval: false,
  sharedHistory: false,
};

/** Any event of a conversation's stream. Types that say nothing about the state leave it as it is. */
export interface ConversationStreamEvent {
  readonly type: string;
  readonly data: object;
  readonly revision: number;
  readonly metadata: { readonly actor?: { readonly account: string; readonly device?: string } };
}

export function evolve(state: ConversationState, event: ConversationStreamEvent): ConversationState {
  const after = evolved(state, event);
  if (after === state || after.kind === 'absent') return after;
  const before = state.kind === 'absent' ? NO_MEMBERS : state.members;
  if (before === after.members) return after;
  return { ...after, adminTerms: changedTerms(after.adminTerms, after.members, event.revision) };
}

function evolved(state: ConversationState, event: ConversationStreamEvent): ConversationState {
  if (event.type === 'MessageSent')
    return state.kind === 'absent' ? state : { ...state, lastAt: (event.data as { readonly at: number }).at };
  if (state.kind === 'absent') return begin(event);
  // A deletion takes effect all the same: nothing is left to be pinned.
  if ((event.data as { readonly withheld?: true }).withheld === true && event.type !== 'MessageDeleted')
    return pinnedAlone(state, event);
  switch (event.type) {
    case 'MembersAdded':
      return added(state, event.data as DataOf<'MembersAdded'>, event.revision);
    case 'MemberRemoved':
    case 'MemberLeft': {
      const { accountId, newOwner } = event.data as DataOf<'MemberLeft'>;
      const how = event.type === 'MemberRemoved' ? { removed: true as const } : {};
      const without = ended(state, accountId, event.revision, how);
      return newOwner === undefined ? without : withRole(without, newOwner, 'owner');
    }
    case 'RoleChanged': {
      const { accountId, role } = event.data as DataOf<'RoleChanged'>;
      return withRole(state, accountId, role);
    }
    case 'GroupSettingsChanged':
      return { ...state, settings: { ...state.settings, ...(event.data as DataOf<'GroupSettingsChanged'>) } };
    case 'InviteLinkCreated': {
      const { linkId, tokenHash, expiresAt = null, maxUses = null } = event.data as DataOf<'InviteLinkCreated'>;
      const link = { tokenHash, createdBy: event.metadata.actor?.account ?? '', expiresAt, maxUses, uses: 0 };
      return { ...state, links: new Map(state.links).set(linkId, link) };
    }
    case 'InviteLinkRevoked':
      return { ...state, links: without(state.links, (event.data as DataOf<'InviteLinkRevoked'>).linkId) };
    case 'JoinRequested': {
      const { accountId, linkId } = event.data as DataOf<'JoinRequested'>;
      return { ...state, requests: new Map(state.requests).set(accountId, { linkId }) };
    }
    case 'JoinDeclined':
      return { ...state, requests: without(state.requests, (event.data as DataOf<'JoinDeclined'>).accountId) };
    case 'RecipientsChanged': {
      const { added: more, removed } = event.data as DataOf<'RecipientsChanged'>;
      return { ...state, recipients: changedRecipients(state.recipients, more, removed, event.revision) };
    }
    case 'GroupLinked':
    case 'GroupUnlinked': {
      const { groupId, link } = event.data as DataOf<'GroupLinked'>;
      const group = { link, linked: event.type === 'GroupLinked', since: event.revision };
      return { ...state, groups: new Map(state.groups).set(groupId, group) };
    }
    case 'CommunityDeactivated':
      return deactivated(state, event.revision);
    case 'LinkedToCommunity':
      return {
        ...state,
        community: { id: (event.data as DataOf<'LinkedToCommunity'>).communityId, link: event.revision },
      };
    case 'UnlinkedFromCommunity':
      return { ...state, community: null };
    case 'TimerChanged':
      return { ...state, timerSeconds: (event.data as DataOf<'TimerChanged'>).seconds };
    case 'MessagePinned': {
      const { target } = event.data as { readonly target: number };
      const others = unpinned(state, [target]);
      return { ...others, pins: [...others.pins, target] };
    }
    case 'MessageUnpinned':
    case 'MessageDeleted':
      return unpinned(state, [(event.data as { readonly target: number }).target]);
    case 'MessagesExpired':
      return unpinned(state, (event.data as { readonly targets: readonly number[] }).targets);
    default:
      return state;
  }
}

function unpinned(state: Conversation, targets: readonly number[]): Conversation {
  const pins = state.pins.filter((seq) => !targets.includes(seq));
  const ownPins = state.ownPins.filter(({ target }) => !targets.includes(target));
  const same = pins.length === state.pins.length && ownPins.length === state.ownPins.length;
  return same ? state : { ...state, pins, ownPins };
}

/** Only what differs from what others see is kept. */
function pinnedAlone(state: Conversation, event: ConversationStreamEvent): Conversation {
  if (event.type !== 'MessagePinned' && event.type !== 'MessageUnpinned') return state;
  const { target } = event.data as { readonly target: number };
  const account = event.metadata.actor?.account ?? '';
  const pinned = event.type === 'MessagePinned';
  const others = state.ownPins.filter((own) => own.account !== account || own.target !== target);
  const differs = state.pins.includes(target) !== pinned;
  return { ...state, ownPins: differs ? [...others, { account, target, pinned }] : others };
}

/** The sequences of what the account sees pinned. */
export function pinnedFor({ pins, ownPins }: Conversation, account: string): readonly number[] {
  const own = ownPins.filter((pin) => pin.account === account);
  if (own.length === 0) return pins;
  return [
    ...pins.filter((seq) => own.every(({ target }) => target !== seq)),
    ...own.filter(({ pinned }) => pinned).map(({ target }) => target),
  ];
}

export function isMember(state: ConversationState, accountId: string): boolean {
  return state.kind !== 'absent' && state.members.has(accountId);
}

/** Undefined for one that is no member. */
export function roleOf(state: ConversationState, accountId: string): Role | undefined {
  return state.kind === 'absent' ? undefined : state.members.get(accountId)?.role;
}

export function isAdmin(state: ConversationState, accountId: string): boolean {
  const role = roleOf(state, accountId);
  return role === 'owner' || role === 'admin';
}

/** Whether the account was an admin at this sequence, whatever became of its role since. */
export function wasAdmin(state: ConversationState, accountId: string, seq: number): boolean {
  return state.kind !== 'absent' && isAdminAt(state.adminTerms, accountId, seq);
}

/** Up to where somebody who is, or once was, in the conversation may see it; undefined for others. */
export function standingOf(
  { state, revision }: { readonly state: ConversationState; readonly revision: number },
  accountId: string,
): { readonly head: number } | undefined {
  if (state.kind === 'absent') return undefined;
  if (state.members.has(accountId)) return { head: revision };
  const last = state.left.get(accountId)?.at(-1);
  return last === undefined ? undefined : { head: last.to - 1 };
}

/** Whether the account is told of what happened at this sequence, whatever became of its membership since. */
export function isTold(state: ConversationState, accountId: string, seq: number): boolean {
  if (state.kind === 'absent') return false;
  const member = state.members.get(accountId);
  if (member !== undefined && member.joinedAt <= seq) return true;
  return state.left.get(accountId)?.some(({ joinedAt, to }) => joinedAt <= seq && seq < to) ?? false;
}

/** By members, which change with every coming and going: who they are, and since when nobody has come or gone. */
const allOf = new WeakMap<ReadonlyMap<string, Member>, { readonly since: number; readonly ids: readonly string[] }>();

/** Everybody who is told of what happened at this sequence. */
export function toldOf(state: ConversationState, seq: number): readonly string[] {
  if (state.kind === 'absent') return [];
  let all = allOf.get(state.members);
  if (all === undefined) {
    let since = -1;
    for (const { joinedAt } of state.members.values()) since = Math.max(since, joinedAt);
    for (const periods of state.left.values()) for (const { to } of periods) since = Math.max(since, to);
    all = { since, ids: [...state.members.keys()] };
    allOf.set(state.members, all);
  }
  if (all.since <= seq) return all.ids;
  const former = [...state.left.keys()].filter((accountId) => !state.members.has(accountId));
  return [...all.ids, ...former].filter((accountId) => isTold(state, accountId, seq));
}

function begin(event: ConversationStreamEvent): ConversationState {
  const empty = {
    left: new Map(),
    adminTerms: NO_TERMS,
    settings: DEFAULT_SETTINGS,
    links: new Map(),
    requests: new Map(),
    pins: [],
    ownPins: [],
    recipients: NOBODY,
    groups: NO_GROUPS,
    community: null,
    timerSeconds: null,
    lastAt: 0,
  };
  const joined = (role: Role): Member => ({ role, from: 0, joinedAt: 0 });
  if (event.type === 'ConversationStarted') {
    const { kind, members } = event.data as DataOf<'ConversationStarted'>;
    return { ...empty, kind, members: new Map(members.map((accountId) => [accountId, joined('member')])) };
  }
  if (event.type === 'GroupCreated') {
    const { members, settings } = event.data as DataOf<'GroupCreated'>;
    const all = new Map(members.map(({ accountId, role }) => [accountId, joined(role)]));
    return { ...empty, kind: 'group', members: all, settings };
  }
  if (event.type === 'ChannelCreated' || event.type === 'CommunityCreated') {
    const { settings } = event.data as DataOf<'ChannelCreated' | 'CommunityCreated'>;
    const kind = event.type === 'ChannelCreated' ? 'channel' : 'community';
    const owner = event.metadata.actor?.account ?? '';
    return { ...empty, kind, members: new Map([[owner, joined('owner')]]), settings };
  }
  if (event.type === 'BroadcastListCreated') {
    const { recipients } = event.data as DataOf<'BroadcastListCreated'>;
    const author = event.metadata.actor?.account ?? '';
    return {
      ...empty,
      kind: 'broadcast',
      members: new Map([[author, joined('owner')]]),
      recipients: changedRecipients(NOBODY, recipients, [], event.revision),
    };
  }
  return ABSENT;
}

/** Those who get what is sent to the list at this sequence. */
export function recipientsAt(state: ConversationState, seq: number): readonly string[] {
  if (state.kind === 'absent') return [];
  const isOne = ({ from, to }: RecipientPeriod): boolean => from <= seq && (to === null || seq < to);
  return [...state.recipients].filter(([, periods]) => periods.some(isOne)).map(([accountId]) => accountId);
}

function changedRecipients(
  before: Conversation['recipients'],
  added: readonly string[],
  removed: readonly string[],
  revision: number,
): Conversation['recipients'] {
  const recipients = new Map(before);
  for (const accountId of removed) {
    const periods = recipients.get(accountId) ?? [];
    recipients.set(
      accountId,
      periods.map((period) => (period.to === null ? { ...period, to: revision } : period)),
    );
  }
  for (const accountId of added) {
    const periods = recipients.get(accountId) ?? [];
    if (periods.at(-1)?.to !== null) recipients.set(accountId, [...periods, { from: revision, to: null }]);
  }
  return recipients;
}

function added(state: Conversation, data: DataOf<'MembersAdded'>, revision: number): Conversation {
  const members = new Map(state.members);
  for (const accountId of data.members)
    if (!members.has(accountId))
      members.set(accountId, { role: 'member', from: data.sharedHistory ? 0 : revision, joinedAt: revision });
  const link = data.linkId === undefined ? undefined : state.links.get(data.linkId);
  return {
    ...state,
    members,
    requests: data.members.reduce((requests, accountId) => without(requests, accountId), state.requests),
    links: link === undefined ? state.links : new Map(state.links).set(data.linkId!, { ...link, uses: link.uses + 1 }),
  };
}

/** Who leaves is still told of the leaving. */
function ended(
  state: Conversation,
  accountId: string,
  revision: number,
  how: Pick<FormerMembership, 'removed'> = {},
): Conversation {
  const member = state.members.get(accountId);
  if (member === undefined) return state;
  const past = { from: member.from, joinedAt: member.joinedAt, to: revision + 1, ...how };
  return {
    ...state,
    members: without(state.members, accountId),
    left: new Map(state.left).set(accountId, [...(state.left.get(accountId) ?? []), past]),
  };
}

function deactivated(state: Conversation, revision: number): Conversation {
  const left = new Map(state.left);
  for (const [accountId, { from, joinedAt }] of state.members)
    left.set(accountId, [...(left.get(accountId) ?? []), { from, joinedAt, to: revision + 1 }]);
  const groups = [...state.groups].map(([id, group]) =>
    group.linked ? ([id, { ...group, linked: false, since: revision }] as const) : ([id, group] as const),
  );
  return { ...state, members: new Map(), left, groups: new Map(groups) };
}

function withRole(state: Conversation, accountId: string, role: Role): Conversation {
  const member = state.members.get(accountId);
  return member === undefined
    ? state
    : { ...state, members: new Map(state.members).set(accountId, { ...member, role }) };
}

function without<V>(map: ReadonlyMap<string, V>, key: string): ReadonlyMap<string, V> {
  if (!map.has(key)) return map;
  const rest = new Map(map);
  rest.delete(key);
  return rest;
}
