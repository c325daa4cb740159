import { checkText, type TextProblem } from '../shared/text.js';
import type { ChangeProfile, LinkDevice, RevokeDevice } from './commands.js';
import type { AccountEvent } from './events.js';
import { AUDIENCES, effectOf, MAX_EXCEPTIONS, type PrivacyChange } from './privacy.js';
import type { AccountState } from './state.js';

type Plain = AccountEvent<string>;

export type Decision<Rejection> = { readonly events: readonly Plain[] } | { readonly rejected: Rejection };

/** Lengths in UTF-16 code units, after trimming. */
export const PROFILE_LIMITS = { name: 64, about: 500, avatar: 512, deviceName: 64, platform: 32 } as const;

export interface InvalidText {
  readonly kind: 'invalid_text';
  readonly field: string;
  readonly reason: TextProblem;
}

export function decideLinkDevice(state: AccountState, command: LinkDevice): Decision<InvalidText | { kind: 'erased' }> {
  const { device, phone, phoneHmac, country } = command;
  if (state.kind === 'registered' && state.erased) return { rejected: { kind: 'erased' } };
  const name = command.name?.trim();
  const problem =
    problemOf('device.name', device.name.trim(), PROFILE_LIMITS.deviceName, 1) ??
    problemOf('device.platform', device.platform.trim(), PROFILE_LIMITS.platform, 1) ??
    problemOf('name', name ?? '', PROFILE_LIMITS.name, 0);
  if (problem !== null) return { rejected: problem };
  const linked: Plain = {
    type: 'DeviceLinked',
    data: { deviceId: device.id, name: device.name.trim(), platform: device.platform.trim() },
  };
  if (state.kind === 'registered') return { events: state.devices.get(device.id) === undefined ? [linked] : [] };
  const registered: Plain = {
    type: 'AccountRegistered',
    data: { phone, phoneHmac, country, ...(name ? { name } : {}) },
  };
  return { events: [registered, linked] };
}

export function decideRevokeDevice(state: AccountState, command: RevokeDevice): Decision<{ kind: 'no_such_device' }> {
  const status = state.kind === 'none' ? undefined : state.devices.get(command.deviceId);
  if (status === undefined) return { rejected: { kind: 'no_such_device' } };
  if (status === 'revoked') return { events: [] };
  return { events: [{ type: 'DeviceRevoked', data: { deviceId: command.deviceId, reason: command.reason } }] };
}

export function decideChangeProfile(
  state: AccountState,
  command: ChangeProfile,
): Decision<InvalidText | { kind: 'no_account' }> {
  if (state.kind === 'none' || state.erased) return { rejected: { kind: 'no_account' } };
  const changes: { name?: string | null; about?: string | null; avatar?: string | null } = {};
  for (const field of ['name', 'about', 'avatar'] as const) {
    const given = command[field];
    if (given === undefined) continue;
    const text = given?.trim() ?? '';
    const problem = problemOf(field, text, PROFILE_LIMITS[field], 0);
    if (problem !== null) return { rejected: problem };
    changes[field] = text === '' ? null : text;
  }
  return { events: Object.keys(changes).length === 0 ? [] : [{ type: 'ProfileChanged', data: changes }] };
}

export function decideChangePrivacy(
  state: AccountState,
  command: PrivacyChange,
): Decision<{ kind: 'too_many'; limit: number } | { kind: 'no_account' }> {
  if (state.kind === 'none' || state.erased) return { rejected: { kind: 'no_account' } };
  const changes = effectOf(state.privacy, command);
  if (AUDIENCES.some((setting) => (changes[setting]?.except?.length ?? 0) > MAX_EXCEPTIONS))
    return { rejected: { kind: 'too_many', limit: MAX_EXCEPTIONS } };
  return { events: Object.keys(changes).length === 0 ? [] : [{ type: 'PrivacyChanged', data: changes }] };
}

/** Whether the account administers the server. */
export function decideAdministrator(state: AccountState, administrator: boolean): Decision<{ kind: 'no_account' }> {
  if (state.kind === 'none' || state.erased) return { rejected: { kind: 'no_account' } };
  if (state.administrator === administrator) return { events: [] };
  return { events: [{ type: administrator ? 'AdministratorGranted' : 'AdministratorRevoked', data: {} }] };
}

function problemOf(field: string, text: string, max: number, min: number): InvalidText | null {
  const reason = checkText(text, { max, min });
  return reason === null ? null : { kind: 'invalid_text', field, reason };
}
