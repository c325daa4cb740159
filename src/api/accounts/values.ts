import type { AccountView, DeviceView } from '../../projections/accounts/accounts.queries.js';
import { encodeId } from '../kit/nodeIds.js';
import type { Account, Device } from './types.js';

export function accountValue({ id, name, phone, about, avatar, registeredAt }: AccountView): Account {
  return { id: encodeId('account', id), name, registeredAt, uuid: id, phone, about, avatar };
}

export function deviceValue({ id, name, platform, linkedAt, revokedAt }: DeviceView): Device {
  return { id: encodeId('device', id), name, platform, linkedAt, revokedAt };
}
