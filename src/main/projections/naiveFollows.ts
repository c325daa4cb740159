import type { OpenedEvent } from '../../platform/keys/opener.js';
import type { Row } from './naiveFold.js';

/** The part of the naive fold for who follows which channel. */
export function foldFollow(
  table: (name: string) => Map<string, Row>,
  event: OpenedEvent,
  account: string,
  data: Readonly<Record<string, unknown>>,
): void {
  if (event.type !== 'ChannelFollowed' && event.type !== 'ChannelUnfollowed') return;
  const channel = data['channelId'] as string;
  const following = event.type === 'ChannelFollowed';
  const position = String(event.position);
  table('channel_follows').set(`${account} ${channel}`, {
    account_id: account,
    channel_id: channel,
    following,
    position,
  });
  const key = `${channel} ${account} 0`;
  const rows = table('memberships');
  if (!following) {
    if (rows.get(key)?.['role'] === 'follower') rows.delete(key);
    return;
  }
  const inIt = [...rows.values()].some(
    (row) => row['conversation_id'] === channel && row['account_id'] === account && row['to_seq'] === null,
  );
  if (inIt || rows.has(key)) return;
  rows.set(key, {
    conversation_id: channel,
    account_id: account,
    role: 'follower',
    from_seq: 0,
    joined_seq: 0,
    to_seq: null,
    left_at: null,
    own_seq: null,
    own_at: null,
    position,
    left_info: null,
  });
}
