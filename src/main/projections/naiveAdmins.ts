import type { OpenedEvent } from '../../platform/keys/opener.js';
import type { Row } from './naiveFold.js';

/** The part of the naive fold for who was an admin when. */
export function foldAdmins(
  table: (name: string) => Map<string, Row>,
  event: OpenedEvent,
  id: string,
  data: Readonly<Record<string, unknown>>,
): void {
  const terms = table('admin_terms');
  const seq = event.revision;
  const current = (account: string): Row | undefined =>
    [...terms.values()].find(
      (row) => row['conversation_id'] === id && row['account_id'] === account && row['to_seq'] === null,
    );
  const becomes = (account: string, role: string): void => {
    const term = current(account);
    if (role === 'member') {
      if (term !== undefined) term['to_seq'] = seq + 1;
    } else if (term === undefined) {
      const fresh = { conversation_id: id, account_id: account, from_seq: seq, to_seq: null };
      terms.set(`${id} ${account} ${seq}`, fresh);
    }
  };
  switch (event.type) {
    case 'GroupCreated':
      for (const { accountId, role } of data['members'] as { accountId: string; role: string }[])
        becomes(accountId, role);
      break;
    case 'ChannelCreated':
    case 'CommunityCreated':
    case 'BroadcastListCreated':
      becomes(event.metadata.actor?.account ?? '', 'owner');
      break;
    case 'CommunityDeactivated':
      for (const term of terms.values())
        if (term['conversation_id'] === id && term['to_seq'] === null) term['to_seq'] = seq + 1;
      break;
    case 'RoleChanged':
      becomes(data['accountId'] as string, data['role'] as string);
      break;
    case 'MemberRemoved':
    case 'MemberLeft':
      becomes(data['accountId'] as string, 'member');
      if (data['newOwner'] !== undefined) becomes(data['newOwner'] as string, 'owner');
      break;
  }
}
