import type { CaseView, ReportedMessageView } from '../../projections/cases/cases.queries.js';
import { encodeId } from '../kit/nodeIds.js';
import { contentOf } from '../messages/content.js';
import type { MessageContent } from '../messages/contentTypes.js';
import type { Case } from './types.js';

export function caseValue(view: CaseView): Case {
  const { id, status, reason, comment, note, openedAt, closedAt, conversationId } = view;
  return {
    id: encodeId('case', id),
    status,
    reason,
    comment,
    messages: view.evidence.map((message) => ({
      id: encodeId('message', message.id),
      seq: message.seq,
      at: message.at,
      view: message,
    })),
    conversationId: conversationId === null ? null : encodeId('conversation', conversationId),
    openedAt,
    closedAt,
    note,
    reporterUuid: view.reporterId,
    accountUuid: view.accountId,
    closedByUuid: view.closedBy,
  };
}

/** Null: the report could not disclose it. */
export function reportedContent({ kind, text, body }: ReportedMessageView): MessageContent | null {
  if (text === null && body === null) return null;
  const unsaid = { deviceId: null, algorithm: null, payload: null, viewOnce: false, erased: false };
  return contentOf({ ...unsaid, kind, text, body });
}
