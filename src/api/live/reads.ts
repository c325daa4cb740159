import type pg from 'pg';
import type { Position } from '../../platform/eventStore/port.js';
import { accountsById } from '../../projections/accounts/accounts.queries.js';
import { replayPage, replaySize, type ReplayRow, type ReplayScope } from '../../projections/replay/replay.queries.js';
import { fault } from '../kit/errors.js';
import { encodeId } from '../kit/nodeIds.js';
import type { Cursors } from './cursors.js';
import { cursorExpired } from './hub.js';
import type { LiveItem } from './item.js';
import { conversationAdded, messageAdded, receiptAdvanced, textContent } from './payloads.js';
import type { SourceDeps } from './source.js';
import type { ProfileUpdatedValue, UpdateValue } from './updates.js';

export interface LiveReadsDeps {
  readonly pool: Pick<pg.Pool, 'query'>;
  readonly cursors: Cursors;
  readonly waitFor: (position: Position, timeoutMs: number) => Promise<boolean>;
  readonly head: () => Promise<Position>;
}

export type LiveReads = Pick<SourceDeps, 'waitForProjection' | 'replay' | 'checkReplay'> & {
  /** The account's profile once the projections have passed the position. */
  profile(accountId: string, position: Position): Promise<ProfileUpdatedValue | undefined>;
};

const PAGE = 200;
/** More than this is not replayed: a snapshot is cheaper for everybody. */
const MAX_REPLAY = 50_000;
const WAIT_MS = 10_000;

/** What the live side takes from the read model. */
export function liveReads({ pool, cursors, waitFor, head }: LiveReadsDeps): LiveReads {
  const waitForProjection = async (position: Position): Promise<void> => {
    if (!(await waitFor(position, WAIT_MS))) throw fault('UNAVAILABLE', 'the read model is behind: try again');
  };
  return {
    waitForProjection,
    async checkReplay(source, after) {
      if (after > (await head())) throw cursorExpired();
      if ((await replaySize(pool, scopeOf(source), after)) > MAX_REPLAY) throw cursorExpired();
    },
    async replay(source, after, upTo) {
      const rows = await replayPage(pool, scopeOf(source), after, upTo, PAGE);
      const items = rows.map((row) => itemOf(row, cursors));
      return { items, through: rows.length === PAGE ? (rows.at(-1)?.position ?? upTo) : upTo };
    },
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

function itemOf(row: ReplayRow, cursors: Cursors): LiveItem {
  return {
    position: row.position,
    cursor: cursors.encodeCursor(row.position),
    update: updateOfRow(row),
    conversationId: 'conversationId' in row ? row.conversationId : undefined,
    rendered: new Map(),
  };
}

function updateOfRow(row: ReplayRow): UpdateValue {
  switch (row.kind) {
    case 'message':
      return messageAdded({
        ...row,
        content:
          row.algorithm === null || row.erased
            ? textContent(row.erased ? null : row.text)
            : {
                __typename: 'SealedContent',
                algorithm: row.algorithm,
                senderDevice: encodeId('device', row.deviceId),
                payload: (row.payload ?? '').replaceAll('\n', ''),
              },
      });
    case 'started':
      return conversationAdded(row.conversationId, row.members);
    case 'watermark':
      return receiptAdvanced(row);
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
