import type { ChatState, ScheduledStatus } from '../../domain/preferences/index.js';

/** What changed in how the account keeps its chats, as the read model has it: the last state, never the steps. */
export type PreferenceRow =
  | { readonly kind: 'chat'; readonly conversationId: string; readonly chat: ChatState }
  | {
      readonly kind: 'draft';
      readonly conversationId: string;
      readonly text: string | null;
      readonly at: number | null;
    }
  | { readonly kind: 'star'; readonly conversationId: string; readonly seq: number; readonly starred: boolean }
  | {
      readonly kind: 'scheduled';
      readonly conversationId: string;
      readonly id: string;
      readonly at: number;
      readonly status: ScheduledStatus;
      readonly seq: number | null;
    }
  | { readonly kind: 'hidden'; readonly conversationId: string; readonly seq: number };

/** SQL of a row of `chat_preferences p` as a chat's state in JSON. */
export const CHAT_JSON = `json_build_object('muted', p.muted, 'mutedUntil', ${ms('p.muted_until')}, 'archived', p.archived,
  'pinnedAt', ${ms('p.pinned_at')}, 'markedUnread', p.marked_unread, 'clearedTo', p.cleared_to, 'deletedTo', p.deleted_to,
  'draft', p.draft_fingerprint)`;

/** SQL of a row of `scheduled_messages s` as its state in JSON. */
export const SCHEDULED_JSON = `json_build_object('conversationId', s.conversation_id, 'at', ${ms('s.at')}, 'fingerprint', s.fingerprint,
  'status', s.status, 'seq', s.seq, 'reason', s.reason)`;

/** Kind, position and body of what changed for the account in $1 in ($2, $3], of one conversation if $4 is one. */
export const PREFERENCES = `SELECT 'chat', p.position, json_build_object('conversationId', p.conversation_id, 'chat', ${CHAT_JSON})
  FROM chat_preferences p WHERE ${recent('p', 'p.position')}
  UNION ALL
  SELECT 'draft', p.draft_position, json_build_object('conversationId', p.conversation_id, 'text', p.draft, 'at', ${ms('p.draft_at')})
  FROM chat_preferences p WHERE ${recent('p', 'p.draft_position')}
  UNION ALL
  SELECT 'star', s.position, json_build_object('conversationId', s.conversation_id, 'seq', s.seq, 'starred', s.starred)
  FROM starred_messages s WHERE ${recent('s', 's.position')}
  UNION ALL
  SELECT 'hidden', h.position, json_build_object('conversationId', h.conversation_id, 'seq', h.seq)
  FROM hidden_messages h WHERE ${recent('h', 'h.position')}
  UNION ALL
  SELECT 'scheduled', s.position, json_build_object('conversationId', s.conversation_id, 'id', s.id, 'at', ${ms('s.at')}, 'status', s.status,
    'seq', s.seq)
  FROM scheduled_messages s WHERE ${recent('s', 's.position')}`;

function recent(row: string, position: string): string {
  return `${row}.account_id = $1 AND ${position} > $2 AND ${position} <= $3 AND ($4::uuid IS NULL OR ${row}.conversation_id = $4)`;
}

function ms(column: string): string {
  return `(extract(epoch FROM ${column}) * 1000)::bigint`;
}
