import type pg from 'pg';
import { START, type Position } from '../../platform/eventStore/port.js';
import { checkpointOf } from './apply.js';

/**
 * How far the read model is, as the first thing that a REPEATABLE READ transaction asks: all it reads afterwards is of
 * that position. The locks come before its snapshot and keep a rebuild from taking a live build's place in between,
 * whose last rows that snapshot would not see.
 */
export async function snapshotPosition(tx: Pick<pg.PoolClient, 'query'>): Promise<Position> {
  await tx.query(
    `LOCK TABLE accounts, devices, privacy_settings, contacts, blocks, contact_books, conversations, memberships, timeline, watermarks,
       reactions, poll_votes, pins, broadcast_recipients, channels, channel_follows, community_groups, group_communities, chat_preferences, starred_messages, hidden_messages, scheduled_messages IN ACCESS SHARE MODE`,
  );
  return (await checkpointOf(tx)) ?? START;
}
