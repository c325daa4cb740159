import type { TimelineView } from '../../projections/timeline/timeline.queries.js';
import { encodeId } from '../kit/nodeIds.js';
import { contentOf } from './content.js';
import type { Message } from './types.js';

export function messageValue(view: TimelineView): Message {
  return {
    id: encodeId('message', view.id),
    seq: view.seq,
    conversationId: encodeId('conversation', view.conversationId),
    clientId: view.clientId,
    authorId: encodeId('account', view.authorId),
    at: view.at,
    content: contentOf(view.said),
    editedAt: view.editedAt,
    deletedAt: view.deletedAt,
    deletedBy: view.deletedBy === null ? null : encodeId('account', view.deletedBy),
    viewOnce: view.said.viewOnce,
    forwardHops: view.hops,
    ...mentionsValue(view.mentions),
    expiresAt: view.expiresAt,
    conversationUuid: view.conversationId,
    authorUuid: view.authorId,
    withheld: view.withheld,
    replyTo: view.replyTo,
  };
}

export function mentionsValue(mentions: TimelineView['mentions']): Pick<Message, 'mentions' | 'mentionsEveryone'> {
  return mentions === 'everyone'
    ? { mentions: [], mentionsEveryone: true }
    : { mentions: mentions?.map((accountId) => encodeId('account', accountId)) ?? [], mentionsEveryone: false };
}
