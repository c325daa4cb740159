import type pg from 'pg';
import type { Clock } from '../../platform/clock/port.js';
import type { Position } from '../../platform/eventStore/port.js';
import { accountsById } from '../../projections/accounts/accounts.queries.js';
import { followedChannels } from '../../projections/lists/lists.queries.js';
import { watermarksOfConversations } from '../../projections/receipts/receipts.queries.js';
import type { DiscoveryDeps } from './discovery.js';
import type { GroupReceiptsDeps } from './groupReceipts.js';
import {
  overtakenReceipts,
  replayPage,
  replaySize,
  type ReplayRow,
  type ReplayScope,
} from '../../projections/replay/replay.queries.js';
import { fault } from '../kit/errors.js';
import { encodeId } from '../kit/nodeIds.js';
import { ownersOfNumbers } from '../../projections/contacts/contacts.queries.js';
import { relationUpdate } from '../contacts/updates.js';
import { preferenceUpdate } from '../preferences/updates.js';
import type { Cursors } from './cursors.js';
import { cursorExpired } from './hub.js';
import type { LiveItem } from './item.js';
import { channelFollow } from './listPayloads.js';
import { entryUpdate, everyoneAdvanced, receiptAdvanced } from './payloads.js';
import type { SourceDeps } from './source.js';
import type { ProfileUpdatedValue, UpdateValue } from './updates.js';

export interface LiveReadsDeps {
  readonly pool: Pick<pg.Pool, 'query'>;
  readonly cursors: Cursors;
  readonly waitFor: (position: Position, timeoutMs: number) => Promise<boolean>;
  readonly head: () => Promise<Position>;
  readonly clock: Clock;
}

export type LiveReads = Pick<SourceDeps, 'waitForProjection' | 'replay' | 'checkReplay'> & {
  /** The account's profile once the projections have passed the position. */
  profile(accountId: string, position: Position): Promise<ProfileUpdatedValue | undefined>;
  readonly watermarks: GroupReceiptsDeps['load'];
  readonly owners: DiscoveryDeps['findOwners'];
  followedChannels(accountId: string): Promise<readonly string[]>;
};

const PAGE = 200;
/** More than this is not replayed: a snapshot is cheaper for everybody. */
const MAX_REPLAY = 50_000;
const WAIT_MS = 10_000;

/** What the live side takes from the read model. */
export function liveReads({ pool, cursors, waitFor, head, clock }: LiveReadsDeps): LiveReads {
  const waitForProjection = async (position: Position): Promise<void> => {
    if (!(await waitFor(position, WAIT_MS))) throw fault('UNAVAILABLE', 'the read model is behind: try again');
  };
  return {
    waitForProjection,
    async checkReplay(source, after, handedOut) {
      // What this node has handed out is in the log: in a crowd of reconnects that is one question less for each.
      if (after > handedOut && after > (await head())) throw cursorExpired();
      if ((await replaySize(pool, scopeOf(source), after)) > MAX_REPLAY) throw cursorExpired();
    },
    async replay(source, after, upTo) {
      const rows = await replayPage(pool, scopeOf(source), after, upTo, PAGE);
      const through = rows.length === PAGE ? (rows.at(-1)?.position ?? upTo) : upTo;
      const overtaken = through < upTo ? [] : await overtakenReceipts(pool, scopeOf(source), upTo);
      const items = [...rows, ...overtaken].flatMap((row) => itemOf(row, cursors, clock.now()) ?? []);
      return { items, through };
    },
    owners: (phoneHmacs) => ownersOfNumbers(pool, phoneHmacs),
    followedChannels: (accountId) => followedChannels(pool, accountId),
    watermarks: async (id) =>
      ((await watermarksOfConversations(pool, [id])).get(id) ?? []).map((mark) => ({
        accountId: mark.accountId,
        deliveredUpTo: mark.shownDeliveredUpTo,
        readUpTo: Math.max(mark.shownReadUpTo, mark.sentUpTo),
      })),
    async profile(accountId, position) {
      await waitForProjection(position);
      const account = (await accountsById(pool, [accountId])).get(accountId);
      return account === undefined ? undefined : profileUpdated(account);
    },
  };
}

function scopeOf(source: ReplayScope): ReplayScope {
  return { accountId: source.accountId, conversationId: source.conversationId };
}

function itemOf(row: ReplayRow, cursors: Cursors, now: number): LiveItem | undefined {
  const update = updateOfRow(row, now);
  if (update === undefined) return undefined;
  return {
    position: row.position,
    cursor: cursors.encodeCursor(row.position),
    update,
    conversationId: conversationOf(row),
    rendered: new Map(),
  };
}

function conversationOf(row: ReplayRow): string | undefined {
  if (row.kind === 'entry') return row.entry.conversationId;
  return 'conversationId' in row ? row.conversationId : undefined;
}

function updateOfRow(row: ReplayRow, now: number): UpdateValue | undefined {
  switch (row.kind) {
    case 'entry':
      return entryUpdate(row.entry);
    case 'watermark':
      return receiptAdvanced(row);
    case 'everyone':
      return everyoneAdvanced(row);
    case 'chat':
    case 'draft':
    case 'star':
    case 'hidden':
    case 'scheduled':
      return preferenceUpdate(row, now);
    case 'contact':
    case 'contact_discovered':
    case 'block':
    case 'privacy':
      return relationUpdate(row);
    case 'follow':
      return channelFollow(row.conversationId, row.following);
    case 'device':
      return row.revoked
        ? { __typename: 'DeviceRevokedUpdate', deviceId: encodeId('device', row.deviceId) }
        : { __typename: 'DeviceLinkedUpdate', deviceId: encodeId('device', row.deviceId), name: row.name };
    case 'profile':
      return profileUpdated({ ...row, id: row.accountId });
  }
}

function profileUpdated({
  id,
  name,
  about,
  avatar,
}: {
  id: string;
  name: string | null;
  about: string | null;
  avatar: string | null;
}): ProfileUpdatedValue {
  return { __typename: 'ProfileUpdatedUpdate', accountId: encodeId('account', id), name, about, avatar };
}
