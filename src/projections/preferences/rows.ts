import type { ChatState } from '../../domain/preferences/index.js';

/** A row of `chat_preferences`. */
export interface ChatRecord {
  readonly account_id: string;
  readonly conversation_id: string;
  readonly muted: boolean;
  readonly muted_until: Date | null;
  readonly archived: boolean;
  readonly pinned_at: Date | null;
  readonly marked_unread: boolean;
  readonly cleared_to: number;
  readonly deleted_to: number;
  readonly position: bigint;
  readonly draft: string | null;
  readonly draft_fingerprint: string | null;
  readonly draft_at: Date | null;
  readonly draft_position: bigint;
}

export const CHAT_COLUMNS = `account_id, conversation_id, p.muted, p.muted_until, p.archived, p.pinned_at, p.marked_unread, p.cleared_to,
  p.deleted_to, p.position, p.draft, p.draft_fingerprint, p.draft_at, p.draft_position`;

export function chatStateOf(row: ChatRecord): ChatState {
  return {
    muted: row.muted,
    mutedUntil: row.muted_until?.getTime() ?? null,
    archived: row.archived,
    pinnedAt: row.pinned_at?.getTime() ?? null,
    markedUnread: row.marked_unread,
    clearedTo: row.cleared_to,
    deletedTo: row.deleted_to,
    draft: row.draft_fingerprint,
  };
}
