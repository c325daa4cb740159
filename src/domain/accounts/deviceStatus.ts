import { LRUCache } from 'lru-cache';
import type { Clock } from '../../platform/clock/port.js';
import type { EventStore, StoredEvent } from '../../platform/eventStore/port.js';
import { loadAccount } from './accountStream.js';
import type { AccountEvent } from './events.js';

/** `unknown`: no such device of this account. */
export type DeviceStatus = 'active' | 'revoked' | 'unknown';

export interface DeviceRow {
  readonly accountId: string;
  readonly revoked: boolean;
}

export interface DeviceStatuses {
  /** Synchronous when cached. Look-ups of one turn of the event loop share a query. */
  of(deviceId: string, accountId: string): DeviceStatus | Promise<DeviceStatus>;
  /** Must see every event of the log from the time the cache is used on: a revocation takes effect with it. */
  onEvent(event: Pick<StoredEvent, 'type' | 'data'>): void;
  /** What this node just appended, ahead of the log's delivery. */
  mark(deviceId: string, accountId: string, status: 'active' | 'revoked'): void;
}

export interface DeviceStatusDeps {
  readonly eventStore: EventStore;
  readonly clock: Clock;
  /** The read model's rows of these devices. It may lag, so an absent one is looked for in the account's stream. */
  readonly findDevices: (ids: readonly string[]) => Promise<ReadonlyMap<string, DeviceRow>>;
}

/** Bounds how long a revocation could be missed that was in the log, but not in the read model, when this node started. */
const TRUSTED_MS = 60_000;

interface Entry {
  readonly accountId: string;
  readonly revoked: boolean;
  readonly at: number;
}

export function deviceStatuses({ eventStore, clock, findDevices }: DeviceStatusDeps): DeviceStatuses {
  const cache = new LRUCache<string, Entry>({ max: 50_000 });
  // Kept apart, since a row read before the revocation may arrive after it. Revocations are final.
  const revoked = new LRUCache<string, true>({ max: 50_000 });
  let batch: { readonly ids: Set<string>; readonly rows: Promise<ReadonlyMap<string, DeviceRow>> } | undefined;

  const fetch = async (deviceId: string): Promise<DeviceRow | undefined> => {
    if (batch === undefined) {
      const ids = new Set<string>();
      const rows = new Promise<void>((resolve) => setImmediate(resolve)).then(() => {
        batch = undefined;
        return findDevices([...ids]);
      });
      batch = { ids, rows };
    }
    batch.ids.add(deviceId);
    return (await batch.rows).get(deviceId);
  };

  const answer = (entry: DeviceRow, deviceId: string, accountId: string): DeviceStatus => {
    if (entry.accountId !== accountId) return 'unknown';
    return entry.revoked || revoked.has(deviceId) ? 'revoked' : 'active';
  };

  const look = async (deviceId: string, accountId: string): Promise<DeviceStatus> => {
    let row = await fetch(deviceId);
    if (row === undefined) {
      const { state } = await loadAccount(eventStore, accountId);
      const status = state.kind === 'registered' ? state.devices.get(deviceId) : undefined;
      if (status === undefined) return 'unknown';
      row = { accountId, revoked: status === 'revoked' };
    }
    cache.set(deviceId, { ...row, at: clock.now() });
    return answer(row, deviceId, accountId);
  };

  return {
    of(deviceId, accountId) {
      const known = cache.get(deviceId);
      if (known !== undefined && (known.revoked || clock.now() - known.at < TRUSTED_MS))
        return answer(known, deviceId, accountId);
      return look(deviceId, accountId);
    },
    onEvent(event) {
      if (event.type !== 'DeviceRevoked') return;
      const { deviceId } = event.data as Extract<AccountEvent<unknown>, { type: 'DeviceRevoked' }>['data'];
      revoked.set(deviceId, true);
    },
    mark(deviceId, accountId, status) {
      if (status === 'revoked') revoked.set(deviceId, true);
      cache.set(deviceId, { accountId, revoked: status === 'revoked', at: clock.now() });
    },
  };
}
