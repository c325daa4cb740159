import { LRUCache } from 'lru-cache';
import type { Conversation } from '../../domain/conversations/index.js';

interface Marks {
  delivered: number;
  read: number;
}

interface Group {
  readonly marks: Map<string, Marks>;
  /** What was last said of everybody. */
  told: Marks;
  /** Of these members so many have no more than what was told; undefined: to be counted. */
  behind: (Marks & { readonly members: Conversation['members'] }) | undefined;
  /** The newest messages that not everybody has read. */
  recent: { readonly seq: number; readonly author: string }[];
}

/** Everybody has, or has read, everything up to these sequences; to be told to `authors`. */
export interface EveryoneAdvanced extends Readonly<Marks> {
  readonly authors: readonly string[];
}

export interface GroupReceiptsDeps {
  /** By account, how far it was at the latest projected event. */
  readonly load: (
    conversationId: string,
  ) => Promise<readonly { readonly accountId: string; readonly deliveredUpTo: number; readonly readUpTo: number }[]>;
}

/**
 * How far all members of a group have come. A member's own receipt is of no interest to the others, or each message to a
 * group of n would make n² notices: the authors hear when everybody has come further (DESIGN 4).
 */
export interface GroupReceipts {
  messageSent(conversationId: string, seq: number, author: string): Promise<void> | undefined;
  watermarkAdvanced(
    conversationId: string,
    state: Conversation,
    by: { readonly accountId: string; readonly delivered: number; readonly read: number },
  ): EveryoneAdvanced | undefined;
}

const MAX_GROUPS = 10_000;
const MAX_RECENT = 5_000;

export function groupReceipts({ load }: GroupReceiptsDeps): GroupReceipts {
  const groups = new LRUCache<string, Group>({ max: MAX_GROUPS });

  const loaded = async (conversationId: string, before: number): Promise<Group> => {
    const rows = await load(conversationId);
    const marks = new Map(
      rows.map((row) => [row.accountId, { delivered: row.deliveredUpTo, read: row.readUpTo }] as const),
    );
    const group = { marks, told: { delivered: before, read: before }, behind: undefined, recent: [] };
    groups.set(conversationId, group);
    return group;
  };

  const sent = (group: Group, seq: number, author: string): void => {
    const before = raise(group, author, seq, seq);
    if (before.delivered <= group.told.delivered || before.read <= group.told.read) group.behind = undefined;
    group.recent.push({ seq, author });
    if (group.recent.length > MAX_RECENT) group.recent.shift();
  };

  const advanced = (
    group: Group,
    state: Conversation,
    { accountId, delivered, read }: { readonly accountId: string; readonly delivered: number; readonly read: number },
  ): EveryoneAdvanced | undefined => {
    const { told } = group;
    const { joinedAt } = state.members.get(accountId) ?? { joinedAt: Infinity };
    const before = raise(group, accountId, delivered, read);
    const after = group.marks.get(accountId) ?? before;
    if (group.behind?.members === state.members) {
      const passes = (mark: 'delivered' | 'read'): boolean =>
        Math.max(joinedAt, before[mark]) <= told[mark] && after[mark] > told[mark];
      if (passes('delivered')) group.behind.delivered--;
      if (passes('read')) group.behind.read--;
      // Only the last can move the whole.
      if (group.behind.delivered > 0 && group.behind.read > 0) return undefined;
    }
    const now = everyone(group, state);
    if (now.delivered <= told.delivered && now.read <= told.read) {
      group.behind = countBehind(group, state);
      return undefined;
    }
    const authors = new Set<string>();
    for (const { seq, author } of group.recent) {
      const delivers = seq > told.delivered && seq <= now.delivered;
      const reads = seq > told.read && seq <= now.read;
      if (delivers || reads) authors.add(author);
    }
    group.told = { delivered: Math.max(told.delivered, now.delivered), read: Math.max(told.read, now.read) };
    group.recent = group.recent.filter(({ seq }) => seq > group.told.read);
    group.behind = countBehind(group, state);
    return authors.size === 0 ? undefined : { ...group.told, authors: [...authors] };
  };

  return {
    messageSent(conversationId, seq, author) {
      const group = groups.get(conversationId);
      if (group === undefined)
        return loaded(conversationId, seq - 1).then((fresh) => {
          sent(fresh, seq, author);
        });
      sent(group, seq, author);
      return undefined;
    },
    watermarkAdvanced(conversationId, state, by) {
      const group = groups.get(conversationId);
      // Without a message since this node began there is nobody to be told.
      return group === undefined ? undefined : advanced(group, state, by);
    },
  };
}

/** @returns what it was before. */
function raise(group: Group, accountId: string, delivered: number, read: number): Readonly<Marks> {
  const marks = group.marks.get(accountId);
  if (marks === undefined) {
    group.marks.set(accountId, { delivered: Math.max(delivered, read), read });
    return { delivered: -1, read: -1 };
  }
  const before = { ...marks };
  marks.read = Math.max(marks.read, read);
  marks.delivered = Math.max(marks.delivered, delivered, read);
  return before;
}

function countBehind({ marks, told }: Group, { members }: Conversation): Group['behind'] {
  const behind = { members, delivered: 0, read: 0 };
  for (const [accountId, { joinedAt }] of members) {
    const has = marks.get(accountId);
    if (Math.max(joinedAt, has?.delivered ?? -1) <= told.delivered) behind.delivered++;
    if (Math.max(joinedAt, has?.read ?? -1) <= told.read) behind.read++;
  }
  return behind;
}

function everyone(group: Group, state: Conversation): Marks {
  const least = { delivered: Infinity, read: Infinity };
  for (const [accountId, { joinedAt }] of state.members) {
    const marks = group.marks.get(accountId);
    // What was said before one came is not missing to them.
    least.delivered = Math.min(least.delivered, Math.max(joinedAt, marks?.delivered ?? -1));
    least.read = Math.min(least.read, Math.max(joinedAt, marks?.read ?? -1));
  }
  return least;
}
