import type { TimelineView } from '../../projections/timeline/timeline.queries.js';
import { encodeId } from '../kit/nodeIds.js';
import type { Message, MessageContent } from './types.js';

export function messageValue(view: TimelineView): Message {
  return {
    id: encodeId('message', view.id),
    seq: view.seq,
    conversationId: encodeId('conversation', view.conversationId),
    clientId: view.clientId,
    authorId: encodeId('account', view.authorId),
    at: view.at,
    content: contentValue(view),
    conversationUuid: view.conversationId,
    authorUuid: view.authorId,
    withheld: view.withheld,
  };
}

function contentValue({ content, deviceId }: TimelineView): MessageContent {
  switch (content.kind) {
    case 'text':
      return { __typename: 'TextContent', text: content.text };
    case 'sealed':
      return {
        __typename: 'SealedContent',
        algorithm: content.algorithm,
        senderDevice: encodeId('device', deviceId),
        payload: content.payload,
      };
    case 'erased':
      return { __typename: 'ErasedContent', erased: true };
  }
}
