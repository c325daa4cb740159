import type { OpenedEvent } from '../../platform/keys/opener.js';
import type { Row } from './naiveFold.js';

/** The part of the naive fold for administrators and the cases that they work on. */
export function foldAdministration(
  table: (name: string) => Map<string, Row>,
  event: OpenedEvent,
  id: string,
  data: Readonly<Record<string, unknown>>,
): void {
  const at = event.metadata.occurredAt;
  const position = String(event.position);
  if (event.type === 'AdministratorGranted' || event.type === 'AdministratorRevoked') {
    const administrator = event.type === 'AdministratorGranted';
    table('administrators').set(id, { account_id: id, administrator, since: at, position });
  }
  if (event.type === 'KeyDestroyed' && data['scope'] === 'account') {
    const row = table('administrators').get(id);
    if (row?.['administrator'] === true) Object.assign(row, { administrator: false, since: at, position });
  }
  const known = table('cases').get(id);
  if (event.type === 'CaseOpened' && known === undefined)
    table('cases').set(id, {
      id,
      reporter_id: data['reporterId'] as string,
      account_id: data['accountId'] as string,
      conversation_id: (data['conversationId'] as string | undefined) ?? null,
      reason: data['reason'] as string,
      comment: event.opened['comment'] ?? null,
      evidence: event.opened['evidence'] ?? null,
      status: 'open',
      opened_at: at,
      closed_at: null,
      closed_by: null,
      note: null,
      position,
    });
  if (event.type === 'CaseClosed' && known?.['status'] === 'open')
    Object.assign(known, {
      status: data['verdict'] as string,
      closed_at: at,
      closed_by: event.metadata.actor?.account ?? null,
      note: event.opened['note'] ?? null,
    });
}
