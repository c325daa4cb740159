import type pg from 'pg';
import { WAS_REMOVED } from '../conversations/commands.queries.js';

type Db = Pick<pg.Pool, 'query'>;

/** A group as members of its community see it, in it or not. */
export interface CommunityGroupView {
  readonly id: string;
  readonly name: string | null;
  readonly description: string | null;
  readonly avatar: string | null;
  readonly memberCount: number;
  /** Whether the viewer would wait for an admin. */
  readonly approval: boolean;
  readonly joined: boolean;
}

export async function groupsOfCommunity(
  db: Db,
  communityId: string,
  viewer: string,
): Promise<readonly CommunityGroupView[]> {
  const { rows } = await db.query<CommunityGroupView>({
    name: 'groups_of_community',
    text: `SELECT c.id, c.name, c.description, c.avatar, (c.settings -> 'approval')::boolean OR coalesce((SELECT ${WAS_REMOVED} FROM memberships m
             WHERE m.conversation_id = c.id AND m.account_id = $2 ORDER BY m.joined_seq DESC LIMIT 1), false) AS approval, m.count AS "memberCount", m.joined
           FROM community_groups g JOIN conversations c ON c.id = g.group_id
           CROSS JOIN LATERAL (SELECT count(*)::int AS count, coalesce(bool_or(m.account_id = $2), false) AS joined
             FROM memberships m WHERE m.conversation_id = c.id AND m.to_seq IS NULL) m
           WHERE g.community_id = $1 AND g.linked ORDER BY g.since_seq`,
    values: [communityId, viewer],
  });
  return rows;
}

/** Null for a group that is in none. */
export async function communityOfGroup(db: Db, groupId: string): Promise<string | null> {
  const { rows } = await db.query<{ community_id: string }>({
    name: 'community_of_group',
    text: 'SELECT community_id FROM group_communities WHERE group_id = $1 AND linked',
    values: [groupId],
  });
  return rows[0]?.community_id ?? null;
}
