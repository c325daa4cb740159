import path from 'node:path';
import type pg from 'pg';
import type { DataOf } from '../../domain/conversations/index.js';
import { streamId } from '../../domain/shared/streams.js';
import { projectRoot } from '../../platform/config/root.js';
import type { OpenedEvent, Projection } from '../kit/projection.js';

interface Head {
  readonly id: string;
  readonly head_seq: number;
  readonly position: string;
  readonly last_message_seq: number | null;
  readonly last_at: string | null;
  readonly shown_seq: number | null;
  readonly shown_at: string | null;
}

interface Withheld {
  readonly id: string;
  readonly account_id: string;
  readonly own_seq: number;
  readonly own_at?: string;
}

/** The list of conversations and their members: what a command starts from, and what lists are made of. */
export const conversationsProjection: Projection = {
  id: 'conversations',
  version: 2,
  ddl: path.join(projectRoot, 'schema', 'sql', 'projections', 'conversations.v2.sql'),
  eventTypes: ['ChannelFollowed', 'ChannelUnfollowed'],
  categories: ['conversation'],
  async project(batch, tx, schema) {
    for (const event of batch) if (event.type !== 'MessageSent') await byEvent(event, tx, schema);
    const heads = headsOf(batch);
    await tx.query({
      name: `${schema}_heads`,
      text: `UPDATE ${schema}.conversations c SET head_seq = r.head_seq, last_position = r.position,
           last_message_seq = coalesce(r.last_message_seq, c.last_message_seq), last_at = coalesce(r.last_at, c.last_at),
           shown_seq = coalesce(r.shown_seq, c.shown_seq), shown_at = coalesce(r.shown_at, c.shown_at)
         FROM json_to_recordset($1) AS r (id uuid, head_seq int, last_message_seq int, last_at timestamptz, shown_seq int, shown_at timestamptz, position bigint)
         WHERE c.id = r.id AND c.head_seq < r.head_seq`,
      values: [JSON.stringify(heads)],
    });
    const withheld = batch.filter(isWithheld);
    if (withheld.length > 0) await moveOwn(tx, schema, withheld);
  },
};

function isWithheld(event: OpenedEvent): boolean {
  return (event.data as { readonly withheld?: true }).withheld === true;
}

function atOf(event: OpenedEvent): string {
  const { at = event.metadata.occurredAt } = event.data as { readonly at?: number };
  return new Date(at).toISOString();
}

async function moveOwn(tx: pg.PoolClient, schema: string, events: readonly OpenedEvent[]): Promise<void> {
  const rows = new Map<string, Withheld>();
  for (const event of events) {
    const id = streamId(event.stream);
    const account = event.metadata.actor?.account;
    if (account === undefined) continue;
    const key = `${id} ${account}`;
    const moves = event.type === 'MessageSent' || event.type === 'ConversationStarted';
    const at = moves ? atOf(event) : rows.get(key)?.own_at;
    rows.set(key, { id, account_id: account, own_seq: event.revision, ...(at === undefined ? {} : { own_at: at }) });
  }
  await tx.query(
    `UPDATE ${schema}.memberships m SET own_seq = r.own_seq, own_at = coalesce(r.own_at, m.own_at)
     FROM json_to_recordset($1) AS r (id uuid, account_id uuid, own_seq int, own_at timestamptz)
     WHERE m.conversation_id = r.id AND m.account_id = r.account_id AND m.to_seq IS NULL AND coalesce(m.own_seq, -1) < r.own_seq`,
    [JSON.stringify([...rows.values()])],
  );
}

function headsOf(batch: readonly OpenedEvent[]): readonly Head[] {
  const heads = new Map<string, Head>();
  for (const event of batch) {
    const id = streamId(event.stream);
    const before = heads.get(id);
    const message = event.type === 'MessageSent';
    const shown = !isWithheld(event);
    const at = message ? atOf(event) : null;
    heads.set(id, {
      id,
      head_seq: event.revision,
      position: String(event.position),
      last_message_seq: message ? event.revision : (before?.last_message_seq ?? null),
      last_at: at ?? before?.last_at ?? null,
      shown_seq: shown ? event.revision : (before?.shown_seq ?? null),
      shown_at: (shown ? at : null) ?? before?.shown_at ?? null,
    });
  }
  return [...heads.values()];
}

/** Rare beside messages, so each has a statement of its own, in order. */
async function byEvent(event: OpenedEvent, tx: pg.PoolClient, schema: string): Promise<void> {
  const id = streamId(event.stream);
  const position = String(event.position);
  const seq = event.revision;
  const at = new Date(event.metadata.occurredAt);
  const join = async (
    members: readonly { readonly accountId: string; readonly role: string }[],
    from: number,
  ): Promise<void> => {
    await tx.query(
      `INSERT INTO ${schema}.memberships (conversation_id, account_id, role, from_seq, joined_seq, position)
       SELECT $1, account_id, role, $3, $4, $5 FROM json_to_recordset($2) AS r (account_id uuid, role text) ON CONFLICT DO NOTHING`,
      [
        id,
        JSON.stringify(members.map(({ accountId, role }) => ({ account_id: accountId, role }))),
        from,
        seq,
        position,
      ],
    );
  };
  const unfollow = async (channel: string, accounts: readonly string[]): Promise<void> => {
    await tx.query(
      `DELETE FROM ${schema}.memberships WHERE conversation_id = $1 AND account_id = ANY ($2::uuid[]) AND role = 'follower' AND position < $3`,
      [channel, accounts, position],
    );
  };
  /** Null: all of them. */
  const leave = async (accountId: string | null): Promise<void> => {
    await tx.query(
      `UPDATE ${schema}.memberships SET to_seq = $3::int + 1, left_at = $4, position = $5,
         left_info = (SELECT jsonb_build_object('name', name, 'description', description, 'avatar', avatar, 'settings', settings)
           FROM ${schema}.conversations WHERE id = $1)
       WHERE conversation_id = $1 AND ($2::uuid IS NULL OR account_id = $2) AND joined_seq < $3 AND to_seq IS NULL AND role <> 'follower'`,
      [id, accountId, seq, at, position],
    );
  };
  const setRole = async (accountId: string, role: string): Promise<void> => {
    await tx.query(
      `UPDATE ${schema}.memberships SET role = $3, position = $5 WHERE conversation_id = $1 AND account_id = $2 AND joined_seq < $4 AND to_seq IS NULL AND role <> 'follower'`,
      [id, accountId, role, seq, position],
    );
  };
  const closeRequests = async (accounts: readonly string[]): Promise<void> => {
    await tx.query(
      `UPDATE ${schema}.join_requests SET open = false, seq = $3 WHERE conversation_id = $1 AND account_id = ANY ($2::uuid[]) AND seq < $3`,
      [id, accounts, seq],
    );
  };
  const begin = async (kind: string, body: Record<string, unknown>): Promise<void> => {
    await tx.query(
      `INSERT INTO ${schema}.conversations (id, kind, head_seq, last_at, shown_seq, shown_at, last_position, started_position, name, description, avatar, settings)
       VALUES ($1, $2, 0, $3, $9, $3, $4, $4, $5, $6, $7, $8) ON CONFLICT (id) DO NOTHING`,
      [
        id,
        kind,
        at,
        position,
        body['name'],
        body['description'],
        body['avatar'],
        body['settings'],
        isWithheld(event) ? -1 : 0,
      ],
    );
  };

  switch (event.type) {
    case 'ConversationStarted': {
      const { kind, members } = event.data as DataOf<'ConversationStarted'>;
      await begin(kind, {});
      return join(
        members.map((accountId) => ({ accountId, role: 'member' })),
        0,
      );
    }
    case 'GroupCreated': {
      const { avatar, members, settings } = event.data as DataOf<'GroupCreated'>;
      const { name, description } = event.opened;
      await begin('group', { name, description, avatar, settings: JSON.stringify(settings) });
      return join(members, 0);
    }
    case 'ChannelFollowed':
      await tx.query(
        `INSERT INTO ${schema}.memberships (conversation_id, account_id, role, from_seq, joined_seq, position)
         SELECT $1, $2, 'follower', 0, 0, $3 WHERE NOT EXISTS (SELECT FROM ${schema}.memberships o
           WHERE o.conversation_id = $1 AND o.account_id = $2 AND o.to_seq IS NULL AND o.role <> 'follower') ON CONFLICT DO NOTHING`,
        [(event.data as { readonly channelId: string }).channelId, id, position],
      );
      return;
    case 'ChannelUnfollowed':
      return unfollow((event.data as { readonly channelId: string }).channelId, [id]);
    case 'ChannelCreated':
    case 'CommunityCreated': {
      const { avatar, settings } = event.data as DataOf<'ChannelCreated' | 'CommunityCreated'>;
      const { name, description } = event.opened;
      await begin(event.type === 'ChannelCreated' ? 'channel' : 'community', {
        name,
        description,
        avatar,
        settings: JSON.stringify(settings),
      });
      return join([{ accountId: event.metadata.actor?.account ?? '', role: 'owner' }], 0);
    }
    case 'BroadcastListCreated': {
      await begin('broadcast', { name: event.opened['name'] });
      return join([{ accountId: event.metadata.actor?.account ?? '', role: 'owner' }], 0);
    }
    case 'MembersAdded': {
      const { members, sharedHistory, linkId } = event.data as DataOf<'MembersAdded'>;
      await unfollow(id, members);
      await join(
        members.map((accountId) => ({ accountId, role: 'member' })),
        sharedHistory ? 0 : seq,
      );
      if (linkId !== undefined)
        await tx.query(
          `UPDATE ${schema}.invite_links SET uses = uses + 1, last_use_seq = $3
           WHERE conversation_id = $1 AND link_id = $2 AND coalesce(last_use_seq, 0) < $3`,
          [id, linkId, seq],
        );
      return closeRequests(members);
    }
    case 'MemberRemoved':
    case 'MemberLeft': {
      const { accountId, newOwner } = event.data as DataOf<'MemberLeft'>;
      await leave(accountId);
      return newOwner === undefined ? undefined : setRole(newOwner, 'owner');
    }
    case 'CommunityDeactivated':
      return leave(null);
    case 'RoleChanged': {
      const { accountId, role } = event.data as DataOf<'RoleChanged'>;
      return setRole(accountId, role);
    }
    case 'GroupInfoChanged': {
      const changed = event.data as DataOf<'GroupInfoChanged'>;
      const { name = null, description = null } = event.opened;
      await tx.query(
        `UPDATE ${schema}.conversations SET name = CASE WHEN $2 THEN $3 ELSE name END, description = CASE WHEN $4 THEN $5 ELSE description END,
           avatar = CASE WHEN $6 THEN $7 ELSE avatar END WHERE id = $1`,
        [
          id,
          'name' in changed,
          name,
          'description' in changed,
          description,
          'avatar' in changed,
          changed.avatar ?? null,
        ],
      );
      return;
    }
    case 'GroupSettingsChanged':
      await tx.query(`UPDATE ${schema}.conversations SET settings = settings || $2::jsonb WHERE id = $1`, [
        id,
        JSON.stringify(event.data),
      ]);
      return;
    case 'TimerChanged':
      if (isWithheld(event)) return;
      await tx.query(`UPDATE ${schema}.conversations SET timer_seconds = $2 WHERE id = $1`, [
        id,
        (event.data as DataOf<'TimerChanged'>).seconds,
      ]);
      return;
    case 'InviteLinkCreated': {
      const { linkId, tokenHash, expiresAt, maxUses } = event.data as DataOf<'InviteLinkCreated'>;
      await tx.query(
        `INSERT INTO ${schema}.invite_links (conversation_id, link_id, token_hash, created_by, created_at, expires_at, max_uses, uses)
         VALUES ($1, $2, $3, $4, $5, $6, $7, 0) ON CONFLICT DO NOTHING`,
        [
          id,
          linkId,
          tokenHash,
          event.metadata.actor?.account,
          at,
          expiresAt === undefined ? null : new Date(expiresAt),
          maxUses,
        ],
      );
      return;
    }
    case 'InviteLinkRevoked':
      await tx.query(`UPDATE ${schema}.invite_links SET revoked_at = $3 WHERE conversation_id = $1 AND link_id = $2`, [
        id,
        (event.data as DataOf<'InviteLinkRevoked'>).linkId,
        at,
      ]);
      return;
    case 'JoinRequested': {
      const { accountId, linkId } = event.data as DataOf<'JoinRequested'>;
      await tx.query(
        `INSERT INTO ${schema}.join_requests AS o (conversation_id, account_id, link_id, open, at, seq) VALUES ($1, $2, $3, true, $4, $5)
         ON CONFLICT (conversation_id, account_id) DO UPDATE SET link_id = excluded.link_id, open = true, at = excluded.at, seq = excluded.seq
           WHERE o.seq < excluded.seq`,
        [id, accountId, linkId ?? null, at, seq],
      );
      return;
    }
    case 'JoinDeclined':
      return closeRequests([(event.data as DataOf<'JoinDeclined'>).accountId]);
    default:
      return;
  }
}
