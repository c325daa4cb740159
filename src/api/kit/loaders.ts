import DataLoader from 'dataloader';
import type pg from 'pg';
import {
  accountsById,
  devicesById,
  devicesOfAccounts,
  type AccountView,
  type DeviceView,
} from '../../projections/accounts/accounts.queries.js';
import { seenProfiles, type Seeing, type SeenProfile } from '../../projections/accounts/seen.queries.js';
import { membersPages, type MembersKey, type MemberView } from '../../projections/conversations/members.queries.js';
import { arePinned, pinsOf, type PinView } from '../../projections/timeline/pins.queries.js';
import { pollsOf, type PollView } from '../../projections/timeline/polls.queries.js';
import { previewsOf } from '../../projections/timeline/previews.queries.js';
import { reactionsOf, type MessageKey, type ReactionView } from '../../projections/timeline/reactions.queries.js';
import { recipientsOfLists } from '../../projections/lists/lists.queries.js';
import { lastMessages, messagesAt, type TimelineView } from '../../projections/timeline/timeline.queries.js';
import { unreadCounts, unreadMentions } from '../../projections/timeline/unread.queries.js';
import type { Presence } from '../presence/types.js';
import { othersOf, watermarksShown, type OthersView } from '../../projections/receipts/receipts.queries.js';
import { chatPreferences, starredOf, type ChatView } from '../../projections/preferences/preferences.queries.js';

type Db = Pick<pg.Pool, 'query'>;

/** For whom something of a conversation is looked up; plain ids. */
export interface InConversation {
  readonly conversationId: string;
  readonly viewer: string;
}

/** Look-ups of one operation: those of one turn share a statement, and each answer is kept. Ids are plain. */
export interface Loaders {
  readonly account: DataLoader<string, AccountView | null>;
  readonly seenProfile: DataLoader<Seeing, SeenProfile, string>;
  readonly device: DataLoader<string, DeviceView | null>;
  readonly devicesOf: DataLoader<string, readonly DeviceView[]>;
  readonly members: DataLoader<MembersKey, readonly MemberView[], string>;
  readonly watermarks: DataLoader<InConversation, Awaited<ReturnType<typeof watermarksShown>>[number], string>;
  readonly others: DataLoader<InConversation, OthersView, string>;
  readonly presenceOf: DataLoader<string, Presence>;
  readonly recipientsOf: DataLoader<string, readonly string[]>;
  readonly unread: DataLoader<InConversation, number, string>;
  readonly reactions: DataLoader<MessageKey, readonly ReactionView[], string>;
  /** JSON, as it is sealed. */
  readonly linkPreview: DataLoader<MessageKey, string | null, string>;
  readonly poll: DataLoader<MessageKey, PollView, string>;
  readonly messageAt: DataLoader<MessageKey, TimelineView | null, string>;
  readonly pinned: DataLoader<MessageKey, boolean, string>;
  readonly pins: DataLoader<InConversation, readonly PinView[], string>;
  readonly unreadMentions: DataLoader<InConversation, number, string>;
  readonly lastMessage: DataLoader<InConversation, TimelineView | null, string>;
  /** Undefined for a chat that nothing was ever changed of. */
  readonly chat: DataLoader<InConversation, ChatView | undefined, string>;
  readonly starred: DataLoader<MessageKey, boolean, string>;
}

/** @param see what the caller may know of each account. */
export function createLoaders(db: Db, see: (ids: readonly string[]) => Promise<readonly Presence[]>): Loaders {
  return {
    account: byKey((ids) => accountsById(db, ids), null),
    seenProfile: new DataLoader((keys) => seenProfiles(db, keys), {
      cacheKeyFn: ({ viewer, accountId }) => `${viewer} ${accountId}`,
    }),
    device: byKey((ids) => devicesById(db, ids), null),
    devicesOf: byKey((ids) => devicesOfAccounts(db, ids), []),
    members: new DataLoader((keys) => membersPages(db, keys), { cacheKeyFn: (key) => JSON.stringify(key) }),
    watermarks: inConversation((keys) => watermarksShown(db, keys)),
    others: inConversation((keys) => othersOf(db, keys)),
    unread: inConversation((keys) => unreadCounts(db, keys)),
    lastMessage: inConversation((keys) => lastMessages(db, keys)),
    presenceOf: new DataLoader(see),
    recipientsOf: byKey((ids) => recipientsOfLists(db, ids), []),
    reactions: new DataLoader((keys) => reactionsOf(db, keys), { cacheKeyFn: messageKey }),
    linkPreview: new DataLoader((keys) => previewsOf(db, keys), { cacheKeyFn: messageKey }),
    poll: new DataLoader((keys) => pollsOf(db, keys), { cacheKeyFn: messageKey }),
    messageAt: new DataLoader((keys) => messagesAt(db, keys), { cacheKeyFn: messageKey }),
    pinned: new DataLoader((keys) => arePinned(db, keys), { cacheKeyFn: messageKey }),
    pins: inConversation((keys) => pinsOf(db, keys)),
    unreadMentions: inConversation((keys) => unreadMentions(db, keys)),
    chat: inConversation((keys) => chatPreferences(db, keys)),
    starred: new DataLoader((keys) => starredOf(db, keys), { cacheKeyFn: messageKey }),
  };
}

function messageKey({ conversationId, viewer, seq }: MessageKey): string {
  return `${conversationId} ${viewer} ${seq}`;
}

function inConversation<V>(
  find: (keys: readonly InConversation[]) => Promise<readonly V[]>,
): DataLoader<InConversation, V, string> {
  return new DataLoader(find, { cacheKeyFn: ({ conversationId, viewer }) => `${conversationId} ${viewer}` });
}

function byKey<V, Absent extends V | null | readonly []>(
  find: (keys: readonly string[]) => Promise<ReadonlyMap<string, V>>,
  absent: Absent,
): DataLoader<string, V | Absent> {
  return new DataLoader<string, V | Absent>(async (keys) => {
    const found = await find(keys);
    return keys.map((key) => found.get(key) ?? absent);
  });
}
