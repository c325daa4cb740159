import type { Args, Cell } from './calls.js';
import type { Furnished } from './furnished.js';

/** What looks has one group for all. */
export type LookingCell = Cell & { readonly group: Furnished };

/** One query on something of the owner's or the group's. It is shown when the answer says `secret`. */
export interface Read {
  readonly field: string;
  readonly on: string;
  readonly args: (at: LookingCell) => Args;
  readonly secret: (at: LookingCell) => string;
}

/** What somebody has: a query that gives it, and the types whose fields are asserted there. */
export interface Resource {
  readonly name: string;
  readonly read: Read;
  readonly types: readonly string[];
  readonly depth: number;
}

const read = (field: string, on: string, args: Read['args'], secret: Read['secret']): Read => ({
  field,
  on,
  args,
  secret,
});

const group = read(
  'conversation',
  'group',
  (at) => ({ id: at.group.id }),
  (at) => at.group.id,
);
const direct = read(
  'conversation',
  'direct',
  (at) => ({ id: at.direct }),
  (at) => at.direct,
);
const message = read(
  'message',
  'group',
  (at) => ({ id: at.group.later }),
  (at) => at.group.later,
);
const account = read(
  'account',
  'owner',
  ({ world }) => ({ id: world.people.owner.accountId }),
  ({ world }) => world.people.owner.accountId,
);
const me = read(
  'me',
  "the owner's",
  () => ({}),
  ({ world }) => world.people.owner.phone,
);
const contacts = read(
  'contacts',
  "the owner's",
  () => ({}),
  () => 'Secret contact',
);
const list = read(
  'broadcastList',
  "the owner's",
  ({ world }) => ({ id: world.list.id }),
  ({ world }) => world.list.id,
);
const delivery = read(
  'broadcastDelivery',
  "the owner's",
  ({ world }) => ({ messageId: world.list.messageId }),
  ({ world }) => world.author.accountId,
);

const info = read(
  'messageInfo',
  "the owner's",
  (at) => ({ messageId: at.group.owners }),
  (at) => at.group.owners,
);
const starred = read(
  'starredMessages',
  "the owner's",
  () => ({}),
  (at) => at.group.later,
);
const scheduled = read(
  'scheduledMessages',
  "the owner's",
  () => ({}),
  () => 'scheduled secret',
);
const suggestions = read(
  'contactSuggestions',
  "the owner's",
  () => ({}),
  ({ world }) => world.author.accountId,
);
const totals = read(
  'unreadTotals',
  "the caller's own",
  () => ({}),
  () => 'UnreadTotals',
);

const openCases = read(
  'cases',
  'a report',
  () => ({}),
  (at) => at.group.openCase,
);
const closedCases = read(
  'cases',
  'one that was closed',
  () => ({ status: 'UPHELD' }),
  (at) => at.group.closedCase,
);

const channel = read(
  'channel',
  "the owner's",
  ({ world }) => ({ handle: world.channel.handle }),
  ({ world }) => world.channel.id,
);

const community = read(
  'conversation',
  'community of the group',
  (at) => ({ id: at.group.community }),
  (at) => at.group.community,
);

export const READS: readonly Read[] = [
  channel,
  community,
  me,
  account,
  contacts,
  read(
    'blockedAccounts',
    "the owner's",
    () => ({}),
    ({ world }) => world.people.blocked.accountId,
  ),
  group,
  direct,
  read(
    'conversations',
    'group',
    () => ({}),
    (at) => at.group.id,
  ),
  read(
    'conversations',
    'direct',
    () => ({}),
    (at) => at.direct,
  ),
  read(
    'snapshot',
    'group',
    () => ({}),
    (at) => at.group.id,
  ),
  read(
    'snapshot',
    'direct',
    () => ({}),
    (at) => at.direct,
  ),
  message,
  read(
    'message',
    'group, of the time before',
    (at) => ({ id: at.group.past }),
    (at) => at.group.past,
  ),
  read(
    'message',
    'direct',
    (at) => ({ id: at.world.directMessage }),
    (at) => at.world.directMessage,
  ),
  read(
    'editHistory',
    'group',
    (at) => ({ messageId: at.group.edited }),
    () => 'first version',
  ),
  read(
    'messageReactions',
    'group',
    (at) => ({ messageId: at.group.later }),
    () => '👍',
  ),
  read(
    'pollVotes',
    'group',
    (at) => ({ messageId: at.group.poll }),
    ({ world }) => world.people.owner.accountId,
  ),
  list,
  delivery,
  read(
    'groupByLink',
    'by its link',
    (at) => ({ token: at.group.token }),
    () => 'Climbing',
  ),
  info,
  read(
    'messageInfo',
    "the author's",
    (at) => ({ messageId: at.group.later }),
    (at) => at.group.later,
  ),
  starred,
  scheduled,
  totals,
  suggestions,
  openCases,
  closedCases,
];

const own = read(
  'message',
  "the owner's",
  (at) => ({ id: at.group.owners }),
  (at) => at.group.owners,
);
const edited = read(
  'message',
  'edited',
  (at) => ({ id: at.group.edited }),
  (at) => at.group.edited,
);
const deleted = read(
  'message',
  'deleted',
  (at) => ({ id: at.group.deleted }),
  (at) => at.group.deleted,
);
const [polled, reply, expiring, linked] = (['poll', 'reply', 'expiring', 'linked'] as const).map((which) =>
  read(
    'message',
    which,
    (at) => ({ id: at.group[which] }),
    (at) => at.group[which],
  ),
) as [Read, Read, Read, Read];
const [reactions, votes] = (['messageReactions', 'pollVotes'] as const).map((name) =>
  READS.find(({ field }) => field === name)!,
) as [Read, Read];
const preview = READS.find(({ field }) => field === 'groupByLink')!;
const history = READS.find(({ field }) => field === 'editHistory')!;

export const RESOURCES: readonly Resource[] = [
  { name: "the owner's account", read: account, types: ['Account', 'Presence'], depth: 2 },
  { name: "the owner's own", read: me, types: ['Me', 'Device', 'Privacy', 'Audience'], depth: 2 },
  { name: "the owner's contacts", read: contacts, types: ['Contact'], depth: 1 },
  {
    name: 'the group',
    read: group,
    types: [
      'Conversation',
      'GroupSettings',
      'Watermark',
      'Member',
      'Draft',
      'InviteLink',
      'JoinRequest',
      'PinnedMessage',
    ],
    depth: 2,
  },
  { name: 'the direct conversation', read: direct, types: ['Conversation', 'Watermark', 'Member'], depth: 1 },
  { name: 'a message of the group', read: message, types: ['Message', 'ReactionCount', 'TextContent'], depth: 2 },
  { name: "the owner's message of the group", read: own, types: ['Message'], depth: 0 },
  { name: 'an edited message of the group', read: edited, types: ['Message'], depth: 0 },
  { name: 'its versions', read: history, types: ['MessageVersion'], depth: 1 },
  { name: 'a deleted message of the group', read: deleted, types: ['Message', 'ErasedContent'], depth: 1 },
  { name: 'a message with a link', read: linked, types: ['Message', 'LinkPreview'], depth: 1 },
  { name: 'a poll of the group', read: polled, types: ['Message', 'PollContent', 'PollResult', 'PollVote'], depth: 2 },
  { name: 'reactions to a message', read: reactions, types: ['Reaction'], depth: 1 },
  { name: 'votes in a poll of the group', read: votes, types: ['CastVote'], depth: 1 },
  { name: 'a reply in the group', read: reply, types: ['Message', 'Quote'], depth: 1 },
  { name: 'a message that disappears', read: expiring, types: ['Message'], depth: 0 },
  { name: 'who has the message of the owner', read: info, types: ['MessageInfo', 'MemberReceipt'], depth: 2 },
  { name: 'what the owner scheduled', read: scheduled, types: ['ScheduledMessage'], depth: 1 },
  { name: 'the group, by its link', read: preview, types: ['GroupPreview'], depth: 1 },
  { name: "the caller's own", read: totals, types: ['UnreadTotals'], depth: 1 },
  { name: 'who has the owner in the book', read: suggestions, types: ['ContactSuggestion'], depth: 1 },
  { name: "the owner's list", read: list, types: ['BroadcastList'], depth: 1 },
  { name: 'the community of the group', read: community, types: ['Conversation', 'Member', 'GroupPreview'], depth: 1 },
  { name: "the owner's channel", read: channel, types: ['Channel'], depth: 1 },
  { name: 'a report', read: openCases, types: ['Case', 'ReportedMessage'], depth: 2 },
  { name: 'a report that was closed', read: closedCases, types: ['Case'], depth: 1 },
  { name: "a message to the owner's list", read: delivery, types: ['BroadcastDelivery'], depth: 1 },
];

/** What has no row of its own, and why. */
const content = 'is shown with its message, as a text is';
const answer = 'is part of an answer to who may have it';
export const UNSAID: Readonly<Record<string, string>> = {
  ContactContent: content,
  LocationContent: content,
  SealedContent: content,
  ViewOnceContent: content,
  ChatPreferences: answer,
  Forwarded: answer,
  NotAdded: answer,
  RefusedContact: answer,
  SignedOut: answer,
  Snapshot: answer,
  Tokens: answer,
  TimelineMessage: 'is told with its update',
  TypingNotice: 'is told by its subscription',
  'Presence.lastSeenAt': 'is null while somebody is online',
  'ScheduledMessage.messageSeq': 'has a value once it was sent',
  'ScheduledMessage.failure': 'has a value once it failed',
  'Watermark.account': "is the account of the watermark's accountId",
};
