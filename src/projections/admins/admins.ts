import path from 'node:path';
import type pg from 'pg';
import type { DataOf } from '../../domain/conversations/index.js';
import { streamId } from '../../domain/shared/streams.js';
import { projectRoot } from '../../platform/config/root.js';
import type { OpenedEvent, Projection } from '../kit/projection.js';

/** Who was an admin of a conversation when: what concerns admins alone is told to those of its time. */
export const adminsProjection: Projection = {
  id: 'admins',
  version: 1,
  ddl: path.join(projectRoot, 'schema', 'sql', 'projections', 'admins.v1.sql'),
  eventTypes: [
    'GroupCreated',
    'ChannelCreated',
    'CommunityCreated',
    'BroadcastListCreated',
    'RoleChanged',
    'MemberRemoved',
    'MemberLeft',
    'CommunityDeactivated',
  ],
  async project(batch, tx, schema) {
    for (const event of batch) await apply(event, tx, schema);
  },
};

/** Rare beside messages, so each has a statement of its own, in order. */
async function apply(event: OpenedEvent, tx: pg.PoolClient, schema: string): Promise<void> {
  const place = [streamId(event.stream), event.revision] as const;
  /** But for who is one at that time already. */
  const begin = async (accountIds: readonly string[]): Promise<void> => {
    await tx.query(
      `INSERT INTO ${schema}.admin_terms (conversation_id, account_id, from_seq)
       SELECT $1, account_id, $2 FROM unnest($3::uuid[]) AS a (account_id)
       WHERE NOT EXISTS (SELECT FROM ${schema}.admin_terms t WHERE t.conversation_id = $1 AND t.account_id = a.account_id
         AND t.from_seq <= $2 AND (t.to_seq IS NULL OR t.to_seq > $2)) ON CONFLICT DO NOTHING`,
      [...place, accountIds],
    );
  };
  /** Null: all of them. */
  const end = async (accountId: string | null): Promise<void> => {
    await tx.query(
      `UPDATE ${schema}.admin_terms SET to_seq = $2::int + 1
       WHERE conversation_id = $1 AND ($3::uuid IS NULL OR account_id = $3) AND from_seq < $2 AND to_seq IS NULL`,
      [...place, accountId],
    );
  };
  switch (event.type) {
    case 'GroupCreated': {
      const { members } = event.data as DataOf<'GroupCreated'>;
      return begin(members.filter(({ role }) => role !== 'member').map(({ accountId }) => accountId));
    }
    case 'ChannelCreated':
    case 'CommunityCreated':
    case 'BroadcastListCreated':
      return begin([event.metadata.actor?.account ?? '']);
    case 'CommunityDeactivated':
      return end(null);
    case 'RoleChanged': {
      const { accountId, role } = event.data as DataOf<'RoleChanged'>;
      return role === 'member' ? end(accountId) : begin([accountId]);
    }
    case 'MemberRemoved':
    case 'MemberLeft': {
      const { accountId, newOwner } = event.data as DataOf<'MemberLeft'>;
      await end(accountId);
      return newOwner === undefined ? undefined : begin([newOwner]);
    }
  }
}
