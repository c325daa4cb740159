import type { OpenedEvent } from '../../platform/keys/opener.js';
import type { Row } from './naiveFold.js';

/** The part of the naive fold for contact books and blocks. */
export function foldContacts(
  table: (name: string) => Map<string, Row>,
): (event: OpenedEvent, owner: string, data: Readonly<Record<string, unknown>>) => void {
  return (event, owner, data) => {
    const position = String(event.position);
    table('contact_books').set(owner, { owner_id: owner, revision: event.revision });
    if (event.type === 'AccountBlocked' || event.type === 'AccountUnblocked') {
      const blocked = data['accountId'] as string;
      const row = { owner_id: owner, account_id: blocked, blocked: event.type === 'AccountBlocked', position };
      table('blocks').set(`${owner} ${blocked}`, row);
      return;
    }
    const hmac = data['phoneHmac'] as string;
    const key = { owner_id: owner, phone_hmac: hmac };
    const before = table('contacts').get(`${owner} ${hmac}`);
    if (event.type === 'ContactRemoved') {
      const none = { phone: null, name: null, sort: null, fingerprint: null, since: null };
      table('contacts').set(`${owner} ${hmac}`, { ...key, ...none, removed: true, position });
      return;
    }
    const { phone = null, name = null } = event.opened;
    const sort = name === null ? null : Array.from(name.toLowerCase()).slice(0, 24).join('');
    const since = before === undefined || before['removed'] === true ? position : before['since']!;
    const said = { phone, name, sort, fingerprint: data['fingerprint'] as string };
    table('contacts').set(`${owner} ${hmac}`, { ...key, ...said, removed: false, since, position });
  };
}
