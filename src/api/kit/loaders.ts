import DataLoader from 'dataloader';
import type pg from 'pg';
import {
  accountsById,
  devicesById,
  devicesOfAccounts,
  type AccountView,
  type DeviceView,
} from '../../projections/accounts/accounts.queries.js';
import { membersOfConversations, type MemberView } from '../../projections/conversations/conversations.queries.js';
import { reactionsOf, type MessageKey, type ReactionView } from '../../projections/timeline/reactions.queries.js';
import { recipientsOfLists } from '../../projections/lists/lists.queries.js';
import { lastMessages, unreadCounts, type TimelineView } from '../../projections/timeline/timeline.queries.js';
import type { Presence } from '../presence/types.js';
import { watermarksOfConversations, type WatermarkView } from '../../projections/receipts/receipts.queries.js';

type Db = Pick<pg.Pool, 'query'>;

/** For whom something of a conversation is looked up; plain ids. */
export interface InConversation {
  readonly conversationId: string;
  readonly viewer: string;
}

/** Look-ups of one operation: those of one turn share a statement, and each answer is kept. Ids are plain. */
export interface Loaders {
  readonly account: DataLoader<string, AccountView | null>;
  readonly device: DataLoader<string, DeviceView | null>;
  readonly devicesOf: DataLoader<string, readonly DeviceView[]>;
  readonly membersOf: DataLoader<string, readonly MemberView[]>;
  readonly watermarksOf: DataLoader<string, readonly WatermarkView[]>;
  readonly presenceOf: DataLoader<string, Presence>;
  readonly recipientsOf: DataLoader<string, readonly string[]>;
  readonly unread: DataLoader<InConversation, number, string>;
  readonly reactions: DataLoader<MessageKey, readonly ReactionView[], string>;
  readonly lastMessage: DataLoader<InConversation, TimelineView | null, string>;
}

/** @param see what the caller may know of each account. */
export function createLoaders(db: Db, see: (ids: readonly string[]) => Promise<readonly Presence[]>): Loaders {
  return {
    account: byKey((ids) => accountsById(db, ids), null),
    device: byKey((ids) => devicesById(db, ids), null),
    devicesOf: byKey((ids) => devicesOfAccounts(db, ids), []),
    membersOf: byKey((ids) => membersOfConversations(db, ids), []),
    watermarksOf: byKey((ids) => watermarksOfConversations(db, ids), []),
    presenceOf: new DataLoader(see),
    recipientsOf: byKey((ids) => recipientsOfLists(db, ids), []),
    unread: new DataLoader((keys) => unreadCounts(db, keys), {
      cacheKeyFn: ({ conversationId, viewer }) => `${conversationId} ${viewer}`,
    }),
    reactions: new DataLoader((keys) => reactionsOf(db, keys), { cacheKeyFn: messageKey }),
    lastMessage: new DataLoader((keys) => lastMessages(db, keys), {
      cacheKeyFn: ({ conversationId, viewer }) => `${conversationId} ${viewer}`,
    }),
  };
}

function messageKey({ conversationId, viewer, seq }: MessageKey): string {
  return `${conversationId} ${viewer} ${seq}`;
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
