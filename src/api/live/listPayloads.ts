import type { DataOf } from '../../domain/conversations/index.js';
import type { MessageDataOf } from '../../domain/messages/index.js';
import type { TimelineEntry } from '../../projections/timeline/entry.js';
import { encodeId } from '../kit/nodeIds.js';
import type { UpdateValue } from './updates.js';

/** What happened to a one-way conversation, or to the timer of any. */
export function listUpdate(entry: TimelineEntry): UpdateValue | undefined {
  const conversationId = encodeId('conversation', entry.conversationId);
  switch (entry.kind) {
    case 'channel_created':
    case 'broadcast_list_created':
      return {
        __typename: 'ConversationAdded',
        conversationId,
        memberIds: entry.authorId === null ? [] : [encodeId('account', entry.authorId)],
      };
    case 'recipients_changed': {
      const { added = [], removed = [] } = (entry.body ?? {}) as Partial<DataOf<'RecipientsChanged'>>;
      return {
        __typename: 'RecipientsChangedUpdate',
        conversationId,
        addedIds: added.map((id) => encodeId('account', id)),
        removedIds: removed.map((id) => encodeId('account', id)),
      };
    }
    case 'timer_changed':
      return {
        __typename: 'TimerChanged',
        conversationId,
        seq: entry.seq,
        accountId: encodeId('account', entry.authorId ?? ''),
        at: new Date(entry.at).toISOString(),
        seconds: (entry.body as DataOf<'TimerChanged'> | null)?.seconds ?? null,
      };
    case 'messages_expired':
      return {
        __typename: 'MessagesExpired',
        conversationId,
        seq: entry.seq,
        targetSeqs: (entry.body as MessageDataOf<'MessagesExpired'> | null)?.targets ?? [],
      };
    default:
      return undefined;
  }
}

export function channelFollow(channelId: string, following: boolean): UpdateValue {
  return {
    __typename: 'ChannelFollowUpdate',
    conversationId: encodeId('conversation', channelId),
    following,
  };
}
