import type { AccountEvent } from '../../domain/accounts/index.js';
import { streamId } from '../../domain/shared/streams.js';
import type { OpenedEvent } from '../kit/projection.js';
import { settingText } from './privacy.js';

export interface AccountRow {
  readonly id: string;
  readonly phone: string | null;
  readonly phoneHmac: string;
  readonly country: string;
  readonly name: string | null;
  readonly registeredAt: Date;
  readonly position: bigint;
}

export interface DeviceRow {
  readonly id: string;
  readonly accountId: string;
  readonly name: string | null;
  readonly platform: string;
  readonly linkedAt: Date;
  readonly position: bigint;
}

export interface SettingRow {
  readonly account_id: string;
  readonly setting: string;
  readonly value: string;
  readonly revision: number;
  readonly position: string;
}

/** An absent field stays. `erase` blanks what the account's key sealed. */
export interface AccountPatch {
  readonly id: string;
  name?: string | null;
  about?: string | null;
  avatar?: string | null;
  erase: boolean;
  position: bigint;
}

export interface Changes {
  readonly accounts: Map<string, AccountRow>;
  readonly patches: Map<string, AccountPatch>;
  readonly settings: Map<string, SettingRow>;
  readonly devices: Map<string, DeviceRow>;
  /** By device; the first revocation stands. */
  readonly revoked: Map<string, { readonly at: Date; readonly position: bigint }>;
  readonly erased: Map<string, bigint>;
}

/** A batch folded to at most one change a row, since one statement may not touch a row twice. */
export function foldBatch(batch: readonly OpenedEvent[]): Changes {
  const changes: Changes = {
    accounts: new Map(),
    patches: new Map(),
    settings: new Map(),
    devices: new Map(),
    revoked: new Map(),
    erased: new Map(),
  };
  for (const stored of batch) apply(changes, stored);
  return changes;
}

function apply(changes: Changes, stored: OpenedEvent): void {
  const event = { type: stored.type, data: stored.data } as AccountEvent<unknown>;
  const id = streamId(stored.stream);
  const { position, opened } = stored;
  const at = new Date(stored.metadata.occurredAt);
  switch (event.type) {
    case 'AccountRegistered': {
      if (changes.accounts.has(id)) return;
      const { phoneHmac, country } = event.data;
      changes.accounts.set(id, {
        id,
        phone: opened['phone'] ?? null,
        phoneHmac,
        country,
        name: opened['name'] ?? null,
        registeredAt: at,
        position,
      });
      return;
    }
    case 'ProfileChanged': {
      const patch = patchOf(changes, id, position);
      if (event.data.name !== undefined) patch.name = opened['name'] ?? null;
      if (event.data.about !== undefined) patch.about = opened['about'] ?? null;
      if (event.data.avatar !== undefined) patch.avatar = event.data.avatar;
      return;
    }
    case 'PrivacyChanged':
      for (const [setting, value] of Object.entries(event.data))
        changes.settings.set(`${id} ${setting}`, {
          account_id: id,
          setting,
          value: settingText(value),
          revision: stored.revision,
          position: String(position),
        });
      return;
    case 'DeviceLinked': {
      const { deviceId, platform } = event.data;
      if (changes.devices.has(deviceId)) return;
      changes.devices.set(deviceId, {
        id: deviceId,
        accountId: id,
        name: opened['name'] ?? null,
        platform,
        linkedAt: at,
        position,
      });
      return;
    }
    case 'DeviceRevoked':
      if (!changes.revoked.has(event.data.deviceId)) changes.revoked.set(event.data.deviceId, { at, position });
      return;
    case 'ChannelFollowed':
    case 'ChannelUnfollowed':
    case 'AdministratorGranted':
    case 'AdministratorRevoked':
      return;
    case 'KeyDestroyed':
      if (event.data.scope !== 'account') return;
      patchOf(changes, id, position).erase = true;
      changes.erased.set(id, position);
  }
}

function patchOf(changes: Changes, id: string, position: bigint): AccountPatch {
  const patch = changes.patches.get(id) ?? { id, erase: false, position };
  patch.position = position;
  changes.patches.set(id, patch);
  return patch;
}
