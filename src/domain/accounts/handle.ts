import type { Position } from '../../platform/eventStore/port.js';
import type { KeyStore } from '../../platform/keys/port.js';
import { LIMITS } from '../../platform/limits/limits.js';
import type { Limiter } from '../../platform/limits/port.js';
import type { ReadStore } from '../../platform/readStore/port.js';
import type { Sms } from '../../platform/sms/port.js';
import type { AccessTokens } from '../../platform/tokens/port.js';
import { sessions, type Tokens } from '../sessions/index.js';
import { claimPhone, commit, type Cause, type StreamDeps } from './accountStream.js';
import type { ChangeProfile, LinkDevice, RevokeDevice } from './commands.js';
import { decideChangePrivacy, decideChangeProfile, decideLinkDevice, decideRevokeDevice } from './decide.js';
import { deviceStatuses, type DeviceStatusDeps, type DeviceStatuses } from './deviceStatus.js';
import { otps } from './otpHandle.js';
import {
  rateLimited,
  type ChangePrivacyOutcome,
  type Handled,
  type RefreshSessionOutcome,
  type RequestOtpOutcome,
  type RevokeDeviceOutcome,
  type SubmitOtpOutcome,
  type UpdateProfileOutcome,
} from './outcomes.js';
import { parsePhone } from './phone.js';
import type { PrivacyChange } from './privacy.js';
import { NO_ACCOUNT } from './state.js';

export interface AccountDeps extends StreamDeps, DeviceStatusDeps {
  readonly keys: KeyStore;
  readonly limiter: Limiter;
  readonly sms: Sms;
  readonly tokens: AccessTokens;
  readonly readStore: Pick<ReadStore, 'pool' | 'transaction'>;
  /** What this node just appended, ahead of the log's delivery. */
  readonly onPrivacyChanged?: (accountId: string) => void;
}

/** The device that a call comes from. */
export interface Caller {
  readonly accountId: string;
  readonly deviceId: string;
}

/** What a call without a session comes with. */
export interface Visitor {
  /** The client's address, for limits. */
  readonly address: string;
  readonly correlationId?: string;
}

export interface AccountHandlers {
  requestOtp(
    command: { phone: string; country?: string | null },
    visitor: Visitor,
  ): Promise<Handled<RequestOtpOutcome>>;
  submitOtp(command: SubmitOtp, visitor: Visitor): Promise<Handled<SubmitOtpOutcome>>;
  refresh(refreshToken: string): Promise<Handled<RefreshSessionOutcome>>;
  signOut(caller: Caller): Promise<Handled<{ readonly kind: 'signed_out' }>>;
  revokeDevice(caller: Caller, deviceId: string): Promise<Handled<RevokeDeviceOutcome>>;
  updateProfile(caller: Caller, changes: ChangeProfile): Promise<Handled<UpdateProfileOutcome>>;
  changePrivacy(caller: Caller, changes: PrivacyChange): Promise<Handled<ChangePrivacyOutcome>>;
  /** Tokens without a code, for seeds and benches that registered the device themselves. */
  issueTokens(caller: Caller): Promise<Tokens>;
  readonly devices: DeviceStatuses;
}

export interface SubmitOtp {
  readonly phone: string;
  readonly country?: string | null;
  readonly code: string;
  readonly device: { readonly name: string; readonly platform: string };
  /** For a new account. */
  readonly name?: string | null;
}

export function accountHandlers(deps: AccountDeps): AccountHandlers {
  const { clock, ids, keys, limiter } = deps;
  const codes = otps(deps);
  const tokens = sessions(deps);
  const devices = deviceStatuses(deps);

  const revoke = async (
    accountId: string,
    command: RevokeDevice,
    cause: Cause,
  ): Promise<{ known: boolean; position?: Position }> => {
    const done = await commit(deps, accountId, cause, (state) => decideRevokeDevice(state, command));
    if ('rejected' in done) return { known: false };
    devices.mark(command.deviceId, accountId, 'revoked');
    await tokens.end(command.deviceId, command.reason);
    return { known: true, ...at(done.position) };
  };

  return {
    devices,
    issueTokens: (caller) => tokens.start(caller),

    async requestOtp({ phone, country }, { address }) {
      const parsed = parsePhone(phone, country);
      if (!parsed.ok) return { outcome: { kind: 'invalid_phone', reason: parsed.reason } };
      const hmac = keys.hmac('phone', parsed.e164);
      for (const [limit, key] of [
        ['otpPerAddress', address],
        ['otpResend', hmac],
        ['otpPerNumber', hmac],
      ] as const) {
        const taken = await limiter.take(limit, key);
        if (!taken.ok) return rateLimited(taken);
      }
      const resendAfter = clock.now() + LIMITS.otpResend.seconds * 1000;
      const expiresAt = await codes.send(parsed.e164, hmac);
      return { outcome: { kind: 'otp_sent', expiresAt, resendAfter } };
    },

    async submitOtp({ phone, country, code, device, name }, { address, correlationId }) {
      const parsed = parsePhone(phone, country);
      if (!parsed.ok) return { outcome: { kind: 'invalid_phone', reason: parsed.reason } };
      const taken = await limiter.take('submitPerAddress', address);
      if (!taken.ok) return rateLimited(taken);
      const phoneHmac = keys.hmac('phone', parsed.e164);
      const deviceId = ids.next();
      const command: LinkDevice = {
        phone: parsed.e164,
        phoneHmac,
        country: parsed.country,
        device: { ...device, id: deviceId },
        ...(name == null ? {} : { name }),
      };
      // A text that will be refused must not use the code up.
      const rejected = rejectionOf(decideLinkDevice(NO_ACCOUNT, command));
      if (rejected?.kind === 'invalid_text') return { outcome: rejected };
      const checked = await codes.check(phoneHmac, code);
      if (checked.kind !== 'accepted') return { outcome: checked };

      const candidate = ids.next();
      const causeOf = (account: string): Cause => ({
        actor: { account, device: deviceId },
        ...(correlationId === undefined ? {} : { correlationId }),
      });
      const accountId = await claimPhone(deps, phoneHmac, candidate, causeOf(candidate));
      const done = await commit(deps, accountId, causeOf(accountId), (state) => decideLinkDevice(state, command));
      if ('rejected' in done) throw new Error(`a device could not be linked: ${done.rejected.kind}`);
      devices.mark(deviceId, accountId, 'active');
      return {
        outcome: {
          kind: 'signed_in',
          accountId,
          device: { id: deviceId, name: device.name.trim(), platform: device.platform.trim(), linkedAt: done.at },
          tokens: await tokens.start({ accountId, deviceId }),
          newAccount: done.before.kind === 'none',
        },
        ...at(done.position),
      };
    },

    async refresh(refreshToken) {
      const result = await tokens.refresh(refreshToken);
      if (result.kind === 'session_ended') return { outcome: result };
      const { accountId, deviceId } = result.subject;
      if (result.kind === 'reused') {
        const { position } = await revoke(
          accountId,
          { deviceId, reason: 'token_reuse' },
          { actor: { account: accountId, device: deviceId } },
        );
        return { outcome: { kind: 'session_ended', reason: 'token_reuse' }, ...at(position) };
      }
      // The table can lag behind the log when a node stopped between revoking the device and ending its session.
      if ((await devices.of(deviceId, accountId)) !== 'active') {
        await tokens.end(deviceId, 'revoked');
        return { outcome: { kind: 'session_ended', reason: 'revoked' } };
      }
      return { outcome: { kind: 'refreshed', tokens: result.tokens } };
    },

    async signOut(caller) {
      const { position } = await revoke(
        caller.accountId,
        { deviceId: caller.deviceId, reason: 'signed_out' },
        by(caller),
      );
      return { outcome: { kind: 'signed_out' }, ...at(position) };
    },

    async revokeDevice(caller, deviceId) {
      const { known, position } = await revoke(caller.accountId, { deviceId, reason: 'revoked' }, by(caller));
      return { outcome: known ? { kind: 'device_revoked', deviceId } : { kind: 'no_such_device' }, ...at(position) };
    },

    async updateProfile(caller, changes) {
      const done = await commit(deps, caller.accountId, by(caller), (state) => decideChangeProfile(state, changes));
      if (!('rejected' in done)) return { outcome: { kind: 'profile_updated' }, ...at(done.position) };
      if (done.rejected.kind === 'invalid_text') return { outcome: done.rejected };
      throw new Error('a session outlived its account');
    },

    async changePrivacy(caller, changes) {
      const done = await commit(deps, caller.accountId, by(caller), (state) => decideChangePrivacy(state, changes));
      if (!('rejected' in done)) {
        deps.onPrivacyChanged?.(caller.accountId);
        return { outcome: { kind: 'privacy_changed' }, ...at(done.position) };
      }
      if (done.rejected.kind === 'too_many') return { outcome: done.rejected };
      throw new Error('a session outlived its account');
    },
  };
}

function by({ accountId, deviceId }: Caller): Cause {
  return { actor: { account: accountId, device: deviceId } };
}

function at(position: Position | undefined): { position?: Position } {
  return position === undefined ? {} : { position };
}

function rejectionOf<R>(decision: { readonly rejected: R } | { readonly events: readonly unknown[] }): R | undefined {
  return 'rejected' in decision ? decision.rejected : undefined;
}
