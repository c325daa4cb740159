import type { ScheduledView } from '../../projections/preferences/scheduled.queries.js';
import { encodeId } from '../kit/nodeIds.js';
import type { MessageContent } from '../messages/contentTypes.js';
import type { ScheduledMessage } from './scheduledTypes.js';

export function scheduledValue(view: ScheduledView): ScheduledMessage {
  return {
    id: encodeId('scheduled', view.id),
    conversationId: encodeId('conversation', view.conversationId),
    clientId: view.clientId,
    at: view.at,
    content: contentValue(view),
    status: view.status,
    messageSeq: view.seq,
    failure: view.reason,
  };
}

function contentValue({ content, deviceId }: ScheduledView): MessageContent {
  switch (content?.kind) {
    case undefined:
      return { __typename: 'ErasedContent', erased: true };
    case 'text':
      return { __typename: 'TextContent', text: content.text };
    case 'sealed':
      return {
        __typename: 'SealedContent',
        algorithm: content.algorithm,
        senderDevice: encodeId('device', deviceId ?? ''),
        payload: content.payload,
      };
  }
}
