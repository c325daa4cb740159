import path from 'node:path';
import type pg from 'pg';
import type { DataOf } from '../../domain/conversations/index.js';
import { streamId } from '../../domain/shared/streams.js';
import { projectRoot } from '../../platform/config/root.js';
import type { OpenedEvent, Projection } from '../kit/projection.js';

/** What one-way conversations have beside members: recipients of broadcast lists, handles and followers of channels. */
export const listsProjection: Projection = {
  id: 'lists',
  version: 1,
  ddl: path.join(projectRoot, 'schema', 'sql', 'projections', 'lists.v1.sql'),
  eventTypes: ['BroadcastListCreated', 'RecipientsChanged', 'ChannelCreated', 'ChannelFollowed', 'ChannelUnfollowed'],
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
