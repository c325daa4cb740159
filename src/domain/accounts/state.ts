import type { AccountEvent } from './events.js';
import { DEFAULT_PRIVACY, type Privacy } from './privacy.js';

export type AccountState =
  | { readonly kind: 'none' }
  | {
      readonly kind: 'registered';
      readonly devices: ReadonlyMap<string, 'active' | 'revoked'>;
      /** The account's key was destroyed: nothing personal can be written any more. */
      readonly erased: boolean;
      readonly privacy: Privacy;
      readonly administrator: boolean;
    };

export const NO_ACCOUNT: AccountState = { kind: 'none' };

/** Total: an event that does not fit the state leaves it as it is. */
export function evolve(state: AccountState, event: AccountEvent<unknown>): AccountState {
  if (event.type === 'AccountRegistered')
    return state.kind === 'none'
      ? { kind: 'registered', devices: new Map(), erased: false, privacy: DEFAULT_PRIVACY, administrator: false }
      : state;
  if (state.kind === 'none') return state;
  switch (event.type) {
    case 'DeviceLinked':
      return { ...state, devices: new Map(state.devices).set(event.data.deviceId, 'active') };
    case 'DeviceRevoked':
      if (!state.devices.has(event.data.deviceId)) return state;
      return { ...state, devices: new Map(state.devices).set(event.data.deviceId, 'revoked') };
    case 'KeyDestroyed':
      return event.data.scope === 'account' ? { ...state, erased: true, administrator: false } : state;
    case 'PrivacyChanged':
      return { ...state, privacy: { ...state.privacy, ...event.data } };
    case 'AdministratorGranted':
    case 'AdministratorRevoked':
      return { ...state, administrator: event.type === 'AdministratorGranted' && !state.erased };
    case 'ProfileChanged':
    case 'ChannelFollowed':
    case 'ChannelUnfollowed':
      return state;
  }
}
