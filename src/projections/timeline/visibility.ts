/** Conditions in SQL on a row `t` of the timeline. `viewer` is an account: a parameter or a column. */

/** Whether the account was ever shown what is in the row, whatever it did with it since. */
export function shownTo(viewer: string): string {
  return `(NOT t.withheld OR t.author_id = ${viewer}) AND EXISTS (SELECT FROM memberships m
    WHERE m.conversation_id = t.conversation_id AND m.account_id = ${viewer} AND t.seq >= m.from_seq AND (m.to_seq IS NULL OR t.seq < m.to_seq))`;
}

/**
 * The visibility function (DESIGN 4): whether the account may see the message in the row. It was shown to it, and the account has
 * neither hidden it nor cleared the chat since.
 * @param conversation as the query has it from elsewhere than the row, so that the clearing is looked up once and bounds a scan.
 */
export function visibleTo(viewer: string, conversation = 't.conversation_id'): string {
  return `${shownTo(viewer)} AND t.seq > ${clearedTo(viewer, conversation)} AND ${notHidden(viewer, 't.seq')}`;
}

export function clearedTo(viewer: string, conversation: string): string {
  return `coalesce((SELECT p.cleared_to FROM chat_preferences p WHERE p.account_id = ${viewer} AND p.conversation_id = ${conversation}), -1)`;
}

/** @param seq a message of the row's conversation */
export function notHidden(viewer: string, seq: string): string {
  return `NOT EXISTS (SELECT FROM hidden_messages h WHERE h.account_id = ${viewer} AND h.conversation_id = t.conversation_id AND h.seq = ${seq})`;
}

/** A message by another that counts as unread, once it is past the read watermark. */
export function countsFor(viewer: string): string {
  return `t.author_id <> ${viewer} AND t.message AND NOT t.erased AND ${shownTo(viewer)} AND ${notHidden(viewer, 't.seq')}`;
}
