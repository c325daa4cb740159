import type { OpenedEvent } from '../../platform/keys/opener.js';
import { streamId } from '../../domain/shared/streams.js';
import type { AccountEvent } from '../../domain/accounts/index.js';
import type { DataOf } from '../../domain/conversations/index.js';
import type { ChannelReadEvent, ReceiptEvent, Watermarks } from '../../domain/receipts/index.js';
import { encodeId } from '../kit/nodeIds.js';
import type { TimelineEntry } from '../../projections/timeline/entry.js';
import { communityUpdate } from '../communities/updates.js';
import { groupUpdate } from './groupUpdates.js';
import { channelFollow, listUpdate } from './listPayloads.js';
import { aboutMessage, messageAdded } from './messagePayloads.js';
import type { CursorAdvancedValue, UpdateValue } from './updates.js';

export function cursorAdvanced(now: number): CursorAdvancedValue {
  return { __typename: 'CursorAdvanced', at: new Date(now).toISOString() };
}

/** What an entry of a timeline tells those who may see it, from its event or from its row; undefined for what tells nobody. */
export function entryUpdate(entry: TimelineEntry): UpdateValue | undefined {
  if (entry.message) return messageAdded(entry);
  if (entry.target !== null) return aboutMessage(entry, entry.target);
  switch (entry.kind) {
    case 'conversation_started':
      return conversationAdded(
        entry.conversationId,
        (entry.body as DataOf<'ConversationStarted'> | null)?.members ?? [],
      );
    case 'community_created':
      return conversationAdded(entry.conversationId, entry.authorId === null ? [] : [entry.authorId]);
    case 'group_created':
      return conversationAdded(
        entry.conversationId,
        ((entry.body as DataOf<'GroupCreated'> | null)?.members ?? []).map(({ accountId }) => accountId),
      );
    default:
      return groupUpdate(entry) ?? communityUpdate(entry) ?? listUpdate(entry);
  }
}

/** What an event tells the devices of those that it concerns, beside conversations. A profile is read whole, by the hub. */
export function updateOf(event: OpenedEvent): UpdateValue | undefined {
  switch (event.type) {
    case 'WatermarkAdvanced': {
      const { accountId, deviceId, delivered, read } = event.data as ReceiptEvent['data'];
      return receiptAdvanced({
        conversationId: streamId(event.stream),
        accountId,
        deviceId,
        delivered: delivered ?? null,
        read: read ?? null,
      });
    }
    case 'ChannelRead': {
      const { channelId, deviceId, upTo } = event.data as ChannelReadEvent['data'];
      const accountId = streamId(event.stream);
      return receiptAdvanced({ conversationId: channelId, accountId, deviceId, delivered: null, read: upTo });
    }
    case 'ChannelFollowed':
    case 'ChannelUnfollowed': {
      const { channelId } = event.data as { readonly channelId: string };
      return channelFollow(channelId, event.type === 'ChannelFollowed');
    }
    case 'DeviceLinked': {
      const { deviceId } = event.data as Extract<AccountEvent<unknown>, { type: 'DeviceLinked' }>['data'];
      return {
        __typename: 'DeviceLinkedUpdate',
        deviceId: encodeId('device', deviceId),
        name: event.opened['name'] ?? null,
      };
    }
    case 'DeviceRevoked': {
      const { deviceId } = event.data as Extract<AccountEvent<unknown>, { type: 'DeviceRevoked' }>['data'];
      return { __typename: 'DeviceRevokedUpdate', deviceId: encodeId('device', deviceId) };
    }
    default:
      return undefined;
  }
}

function conversationAdded(conversationId: string, members: readonly string[]): UpdateValue {
  return {
    __typename: 'ConversationAdded',
    conversationId: encodeId('conversation', conversationId),
    memberIds: members.map((member) => encodeId('account', member)),
  };
}

export interface ReceiptParts {
  readonly conversationId: string;
  readonly accountId: string;
  readonly deviceId: string;
  readonly delivered: number | null;
  readonly read: number | null;
}

export function receiptAdvanced({ conversationId, accountId, deviceId, delivered, read }: ReceiptParts): UpdateValue {
  return {
    __typename: 'ReceiptAdvanced',
    conversationId: encodeId('conversation', conversationId),
    accountId: encodeId('account', accountId),
    deviceId: encodeId('device', deviceId),
    deliveredUpTo: delivered,
    readUpTo: read,
  };
}

/** A receipt as the other of a direct conversation is told of it. */
export function shownReceipt(
  conversationId: string,
  { accountId, deviceId }: ReceiptEvent['data'],
  { delivered, read }: Watermarks,
): UpdateValue {
  return receiptAdvanced({ conversationId, accountId, deviceId, delivered, read: read < 0 ? null : read });
}

/** All members but the one who is told have everything up to here. */
export function everyoneAdvanced({
  conversationId,
  delivered,
  read,
}: Pick<ReceiptParts, 'conversationId'> & { readonly delivered: number; readonly read: number }): UpdateValue {
  return {
    __typename: 'GroupReceiptAdvanced',
    conversationId: encodeId('conversation', conversationId),
    everyoneHas: Math.max(0, delivered),
    everyoneRead: Math.max(0, read),
  };
}
