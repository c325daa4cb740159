import type { OpenedEvent } from '../../platform/keys/opener.js';
import type { Row } from './naiveFold.js';

type Raise = (event: OpenedEvent, id: string, account: string, device: string, to: Readonly<Marks>) => Row;
interface Marks {
  readonly delivered: number;
  readonly read: number;
}

/** The part of the naive fold for who follows which channel, and up to where it has read it. */
export function foldFollow(
  table: (name: string) => Map<string, Row>,
  raise: Raise,
  event: OpenedEvent,
  account: string,
  data: Readonly<Record<string, unknown>>,
): void {
  const channel = data['channelId'] as string;
  if (event.type === 'ChannelRead') {
    const upTo = data['upTo'] as number;
    const row = raise(event, channel, account, data['deviceId'] as string, { delivered: upTo, read: upTo });
    row['position'] = String(event.position);
  }
  if (event.type !== 'ChannelFollowed' && event.type !== 'ChannelUnfollowed') return;
  if (typeof data['head'] === 'number') {
    const device = event.metadata.actor?.device ?? '';
    raise(event, channel, account, device, { delivered: data['head'], read: data['head'] });
  }
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
