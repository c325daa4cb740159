import path from 'node:path';
import type pg from 'pg';
import type { DataOf } from '../../domain/conversations/index.js';
import { streamId } from '../../domain/shared/streams.js';
import { projectRoot } from '../../platform/config/root.js';
import type { OpenedEvent, Projection } from '../kit/projection.js';

/** What conversations have beside members: recipients of broadcast lists, handles and followers of channels, groups of communities. */
export const listsProjection: Projection = {
  id: 'lists',
  version: 2,
  ddl: path.join(projectRoot, 'schema', 'sql', 'projections', 'lists.v2.sql'),
  eventTypes: [
    'BroadcastListCreated',
    'RecipientsChanged',
    'ChannelCreated',
    'ChannelFollowed',
    'ChannelUnfollowed',
    'GroupLinked',
    'GroupUnlinked',
    'CommunityDeactivated',
    'LinkedToCommunity',
    'UnlinkedFromCommunity',
  ],
  async project(batch, tx, schema) {
    for (const event of batch) await apply(event, tx, schema);
  },
};

/** Rare beside messages, so each has statements of its own, in order. */
async function apply(event: OpenedEvent, tx: pg.PoolClient, schema: string): Promise<void> {
  const id = streamId(event.stream);
  const seq = event.revision;
  switch (event.type) {
    case 'BroadcastListCreated':
      return addRecipients(tx, schema, id, seq, (event.data as DataOf<'BroadcastListCreated'>).recipients);
    case 'ChannelCreated':
      await tx.query(
        `INSERT INTO ${schema}.channels (conversation_id, handle) VALUES ($1, $2) ON CONFLICT DO NOTHING`,
        [id, (event.data as DataOf<'ChannelCreated'>).handle],
      );
      return;
    case 'ChannelFollowed':
    case 'ChannelUnfollowed':
      await tx.query(
        `INSERT INTO ${schema}.channel_follows AS f (account_id, channel_id, following, position) VALUES ($1, $2, $3, $4)
         ON CONFLICT (account_id, channel_id) DO UPDATE SET following = excluded.following, position = excluded.position
           WHERE f.position < excluded.position`,
        [
          id,
          (event.data as { readonly channelId: string }).channelId,
          event.type === 'ChannelFollowed',
          String(event.position),
        ],
      );
      return;
    case 'GroupLinked':
    case 'GroupUnlinked': {
      const { groupId, link } = event.data as DataOf<'GroupLinked'>;
      await tx.query(
        `INSERT INTO ${schema}.community_groups AS g (community_id, group_id, link_seq, linked, since_seq) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (community_id, group_id) DO UPDATE SET link_seq = excluded.link_seq, linked = excluded.linked, since_seq = excluded.since_seq
           WHERE g.since_seq < excluded.since_seq`,
        [id, groupId, link, event.type === 'GroupLinked', seq],
      );
      return;
    }
    case 'CommunityDeactivated':
      await tx.query(
        `UPDATE ${schema}.community_groups SET linked = false, since_seq = $2 WHERE community_id = $1 AND linked AND since_seq < $2`,
        [id, seq],
      );
      return;
    case 'LinkedToCommunity':
    case 'UnlinkedFromCommunity':
      await tx.query(
        `INSERT INTO ${schema}.group_communities AS g (group_id, community_id, linked, seq) VALUES ($1, $2, $3, $4)
         ON CONFLICT (group_id) DO UPDATE SET community_id = excluded.community_id, linked = excluded.linked, seq = excluded.seq
           WHERE g.seq < excluded.seq`,
        [id, (event.data as DataOf<'LinkedToCommunity'>).communityId, event.type === 'LinkedToCommunity', seq],
      );
      return;
    case 'RecipientsChanged': {
      const { added, removed } = event.data as DataOf<'RecipientsChanged'>;
      if (removed.length > 0)
        await tx.query(
          `UPDATE ${schema}.broadcast_recipients SET to_seq = $3
           WHERE conversation_id = $1 AND account_id = ANY ($2::uuid[]) AND from_seq < $3 AND to_seq IS NULL`,
          [id, removed, seq],
        );
      return addRecipients(tx, schema, id, seq, added);
    }
  }
}

async function addRecipients(
  tx: pg.PoolClient,
  schema: string,
  id: string,
  seq: number,
  accountIds: readonly string[],
): Promise<void> {
  if (accountIds.length === 0) return;
  await tx.query(
    `INSERT INTO ${schema}.broadcast_recipients (conversation_id, account_id, from_seq)
     SELECT $1, account_id, $3 FROM unnest($2::uuid[]) AS a (account_id) ON CONFLICT DO NOTHING`,
    [id, accountIds, seq],
  );
}
