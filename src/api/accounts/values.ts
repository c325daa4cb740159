import type { AccountView, DeviceView } from '../../projections/accounts/accounts.queries.js';
import { encodeId } from '../kit/nodeIds.js';
import type { Account, Device } from './types.js';

export function accountValue({ id, name, about, avatar, registeredAt }: AccountView): Account {
  return { id: encodeId('account', id), name, about, avatar, registeredAt };
}

export function deviceValue({ id, name, platform, linkedAt, revokedAt }: DeviceView): Device {
  return { id: encodeId('device', id), name, platform, linkedAt, revokedAt };
}
