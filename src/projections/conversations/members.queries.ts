import type pg from 'pg';
import type { Role } from '../../domain/conversations/index.js';

type Db = Pick<pg.Pool, 'query'>;

export interface MemberView {
  readonly accountId: string;
  readonly role: Role;
  readonly joinedSeq: number;
}

/** A page of those who were members once everything up to `asOf` had happened, beyond a place in the order of joining. */
export interface MembersKey {
  readonly conversationId: string;
  readonly asOf: number;
  readonly limit: number;
  readonly after: { readonly joinedSeq: number; readonly accountId: string } | undefined;
  /** Null: all of them; otherwise the admins, and this account. */
  readonly to: string | null;
}

const NIL = '00000000-0000-0000-0000-000000000000';

/** In the order of the keys; followers are nobody's to know. For a DataLoader. */
export async function membersPages(db: Db, keys: readonly MembersKey[]): Promise<(readonly MemberView[])[]> {
  const { rows } = await db.query<{ ord: bigint; account_id: string; role: Role; joined_seq: number }>({
    name: 'members_pages',
    text: `SELECT k.ord, m.account_id, m.role, m.joined_seq
           FROM unnest($1::uuid[], $2::int[], $3::int[], $4::int[], $5::uuid[], $6::uuid[]) WITH ORDINALITY AS k (id, as_of, size, joined_seq, account_id, viewer, ord)
           CROSS JOIN LATERAL (SELECT * FROM memberships m WHERE m.conversation_id = k.id AND m.role <> 'follower' AND m.joined_seq <= k.as_of
             AND (m.to_seq IS NULL OR m.to_seq > k.as_of + 1) AND (m.joined_seq, m.account_id) > (k.joined_seq, k.account_id)
             AND (k.viewer IS NULL OR m.role <> 'member' OR m.account_id = k.viewer)
             ORDER BY m.joined_seq, m.account_id LIMIT k.size) m
           ORDER BY k.ord, m.joined_seq, m.account_id`,
    values: [
      keys.map((key) => key.conversationId),
      keys.map((key) => key.asOf),
      keys.map((key) => key.limit),
      keys.map((key) => key.after?.joinedSeq ?? -1),
      keys.map((key) => key.after?.accountId ?? NIL),
      keys.map((key) => key.to),
    ],
  });
  const pages = Map.groupBy(rows, ({ ord }) => Number(ord));
  return keys.map((_key, index) =>
    (pages.get(index + 1) ?? []).map((row) => ({
      accountId: row.account_id,
      role: row.role,
      joinedSeq: row.joined_seq,
    })),
  );
}

/** How many members there are now. */
export async function memberCount(db: Db, conversationId: string): Promise<number> {
  const { rows } = await db.query<{ count: bigint }>({
    name: 'member_count',
    text: `SELECT count(*) FROM memberships WHERE conversation_id = $1 AND to_seq IS NULL AND role <> 'follower'`,
    values: [conversationId],
  });
  return Number(rows[0]?.count ?? 0);
}

/** Times in milliseconds since the epoch. */
export interface InviteLinkView {
  readonly id: string;
  readonly createdBy: string;
  readonly createdAt: number;
  readonly expiresAt: number | null;
  readonly maxUses: number | null;
  readonly uses: number;
}

/** Those that were not revoked, the oldest first. */
export async function inviteLinks(db: Db, conversationId: string): Promise<readonly InviteLinkView[]> {
  const { rows } = await db.query<{
    link_id: string;
    created_by: string;
    created_at: Date;
    expires_at: Date | null;
    max_uses: number | null;
    uses: number;
  }>({
    name: 'invite_links',
    text: `SELECT link_id, created_by, created_at, expires_at, max_uses, uses FROM invite_links
           WHERE conversation_id = $1 AND revoked_at IS NULL ORDER BY created_at, link_id`,
    values: [conversationId],
  });
  return rows.map((row) => ({
    id: row.link_id,
    createdBy: row.created_by,
    createdAt: row.created_at.getTime(),
    expiresAt: row.expires_at?.getTime() ?? null,
    maxUses: row.max_uses,
    uses: row.uses,
  }));
}

export interface JoinRequestView {
  readonly accountId: string;
  /** Null: out of the group's community. */
  readonly linkId: string | null;
  readonly at: number;
}

/** Who has waited for longest first. */
export async function joinRequests(db: Db, conversationId: string, limit: number): Promise<readonly JoinRequestView[]> {
  const { rows } = await db.query<{ account_id: string; link_id: string | null; at: Date }>({
    name: 'join_requests',
    text: `SELECT account_id, link_id, at FROM join_requests WHERE conversation_id = $1 AND open ORDER BY seq LIMIT $2`,
    values: [conversationId, limit],
  });
  return rows.map((row) => ({ accountId: row.account_id, linkId: row.link_id, at: row.at.getTime() }));
}

/** What a group is called, for those who were sent a link to it. */
export async function groupInfo(
  db: Db,
  conversationId: string,
): Promise<{
  readonly name: string | null;
  readonly description: string | null;
  readonly avatar: string | null;
} | null> {
  const { rows } = await db.query<{ name: string | null; description: string | null; avatar: string | null }>({
    name: 'group_info',
    text: 'SELECT name, description, avatar FROM conversations WHERE id = $1',
    values: [conversationId],
  });
  return rows[0] ?? null;
}
