import type { OpenedEvent } from '../../platform/keys/opener.js';
import { streamId } from '../../domain/shared/streams.js';
import type { AccountEvent } from '../../domain/accounts/index.js';
import type { ConversationEvent } from '../../domain/conversations/index.js';
import type { MessageEvent } from '../../domain/messages/index.js';
import type { ReceiptEvent } from '../../domain/receipts/index.js';
import { encodeId } from '../kit/nodeIds.js';
import type { ContentValue, CursorAdvancedValue, TimelineMessageValue, UpdateValue } from './updates.js';

export function cursorAdvanced(now: number): CursorAdvancedValue {
  return { __typename: 'CursorAdvanced', at: new Date(now).toISOString() };
}

/** What an event tells the devices that it concerns; undefined for what concerns none. A profile is read whole, by the hub. */
export function updateOf(event: OpenedEvent): UpdateValue | undefined {
  switch (event.type) {
    case 'MessageSent': {
      const { clientId, at, content } = event.data as MessageEvent['data'];
      const { account = '', device = '' } = event.metadata.actor ?? {};
      return messageAdded({
        id: event.id,
        seq: event.revision,
        conversationId: streamId(event.stream),
        clientId,
        authorId: account,
        at,
        content:
          content.kind === 'sealed'
            ? {
                __typename: 'SealedContent',
                algorithm: content.algorithm,
                senderDevice: encodeId('device', device),
                payload: content.bytes,
              }
            : textContent(event.opened['content.text']),
      });
    }
    case 'ConversationStarted': {
      const { members } = event.data as ConversationEvent['data'];
      return conversationAdded(streamId(event.stream), members);
    }
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

/** @param text null or undefined: erased. */
export function textContent(text: string | null | undefined): ContentValue {
  return text == null ? { __typename: 'ErasedContent', erased: true } : { __typename: 'TextContent', text };
}

export interface MessageParts extends Omit<TimelineMessageValue, 'at'> {
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** Ids plain, as the domain has them. */
export function messageAdded({ id, seq, conversationId, clientId, authorId, at, content }: MessageParts): UpdateValue {
  const conversation = encodeId('conversation', conversationId);
  return {
    __typename: 'MessageAdded',
    conversationId: conversation,
    message: {
      id: encodeId('message', id),
      seq,
      conversationId: conversation,
      clientId,
      authorId: encodeId('account', authorId),
      at: new Date(at).toISOString(),
      content,
    },
  };
}

export function conversationAdded(conversationId: string, members: readonly string[]): UpdateValue {
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
