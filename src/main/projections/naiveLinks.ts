import type { OpenedEvent } from '../../platform/keys/opener.js';
import type { Row } from './naiveFold.js';

/** The part of the naive fold for which group is in which community. */
export function foldLink(
  table: (name: string) => Map<string, Row>,
  event: OpenedEvent,
  id: string,
  data: Readonly<Record<string, unknown>>,
): void {
  const seq = event.revision;
  if (event.type === 'GroupLinked' || event.type === 'GroupUnlinked') {
    const group = data['groupId'] as string;
    const linked = event.type === 'GroupLinked';
    const row = { community_id: id, group_id: group, link_seq: data['link'] as number, linked, since_seq: seq };
    table('community_groups').set(`${id} ${group}`, row);
  }
  if (event.type === 'LinkedToCommunity' || event.type === 'UnlinkedFromCommunity') {
    const linked = event.type === 'LinkedToCommunity';
    table('group_communities').set(id, { group_id: id, community_id: data['communityId'] as string, linked, seq });
  }
  if (event.type === 'CommunityDeactivated')
    for (const row of table('community_groups').values())
      if (row['community_id'] === id && row['linked'] === true) Object.assign(row, { linked: false, since_seq: seq });
}
