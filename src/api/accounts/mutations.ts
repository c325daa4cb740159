import { Arg, Ctx, ID, Mutation, Resolver } from 'type-graphql';
import type { Tokens as IssuedTokens } from '../../domain/sessions/index.js';
import { parsePhone, type SubmitOtpOutcome } from '../../domain/accounts/index.js';
import { accountByPhone } from '../../projections/accounts/accounts.queries.js';
import { assertNever } from '../kit/assertNever.js';
import { readTokenOf, settlePosition, writtenAt } from '../kit/consistency.js';
import { authenticate, sessionOf, type ApiContext } from '../kit/context.js';
import { decodeId, encodeId } from '../kit/nodeIds.js';
import { problem } from '../kit/problems.js';
import { Allow } from '../kit/shape.js';
import { DeviceInput, UpdateProfileInput } from './inputs.js';
import { privacyChange, privacyValue, UpdatePrivacyInput, UpdatePrivacyResult } from './privacy.js';
import {
  FindAccountResult,
  RefreshResult,
  RenewResult,
  RequestOtpResult,
  RevokeDeviceResult,
  SignedOut,
  SubmitOtpResult,
  UpdateProfileResult,
} from './results.js';
import { settleAccount } from './settled.js';
import type { Tokens } from './types.js';
import { accountValue, deviceValue } from './values.js';

const COUNTRY = { nullable: true, description: 'Two letters, for numbers without `+`.' };

@Resolver()
export class AccountMutations {
  @Allow('public')
  @Mutation(() => RequestOtpResult, { description: 'Sends a code of 6 digits by text message.' })
  async requestOtp(
    @Arg('phone', () => String) phone: string,
    @Arg('country', () => String, COUNTRY) country: string | null | undefined,
    @Ctx() { services, address }: ApiContext,
  ): Promise<typeof RequestOtpResult> {
    const { outcome } = await services.accounts.requestOtp({ phone, country: country ?? null }, { address });
    switch (outcome.kind) {
      case 'otp_sent':
        return { __typename: 'OtpSent', expiresAt: outcome.expiresAt, resendAfter: outcome.resendAfter };
      case 'invalid_phone':
        return problem('InvalidPhone', { reason: outcome.reason });
      case 'rate_limited':
        return problem('RateLimited', { retryAfterMs: outcome.retryAfterMs });
      default:
        return assertNever(outcome);
    }
  }

  @Allow('public')
  @Mutation(() => SubmitOtpResult, {
    description: 'Registers the account, or signs an existing one in, on a new device.',
  })
  async submitOtp(
    @Arg('phone', () => String) phone: string,
    @Arg('code', () => String) code: string,
    @Arg('device', () => DeviceInput) device: DeviceInput,
    @Arg('name', () => String, { nullable: true, description: 'For a new account.' }) name: string | null | undefined,
    @Arg('country', () => String, COUNTRY) country: string | null | undefined,
    @Ctx() context: ApiContext,
  ): Promise<typeof SubmitOtpResult> {
    const { services, address } = context;
    const command = {
      phone,
      code,
      device: { name: device.name, platform: device.platform },
      name: name ?? null,
      country: country ?? null,
    };
    const { outcome, position } = await services.accounts.submitOtp(command, { address });
    switch (outcome.kind) {
      case 'signed_in':
        if (position !== undefined) await settlePosition(context, position);
        return signedIn(context, outcome);
      case 'wrong_code':
        return problem('WrongCode', { attemptsLeft: outcome.attemptsLeft });
      case 'code_expired':
        return problem('CodeExpired');
      case 'invalid_phone':
        return problem('InvalidPhone', { reason: outcome.reason });
      case 'invalid_text':
        return problem('InvalidText', { field: outcome.field, reason: outcome.reason });
      case 'rate_limited':
        return problem('RateLimited', { retryAfterMs: outcome.retryAfterMs });
      default:
        return assertNever(outcome);
    }
  }

  @Allow('public')
  @Mutation(() => RefreshResult, {
    description: 'Another pair of tokens. The token before is good for 60 s more while its successor is unused.',
  })
  async refreshSession(
    @Arg('refreshToken', () => String) refreshToken: string,
    @Ctx() { services }: ApiContext,
  ): Promise<typeof RefreshResult> {
    const { outcome } = await services.accounts.refresh(refreshToken);
    if (outcome.kind === 'session_ended') return problem('SessionEnded', { reason: outcome.reason });
    return { __typename: 'Refreshed', tokens: tokensValue(outcome.tokens) };
  }

  @Allow('socket')
  @Mutation(() => RenewResult, {
    description: 'Over the socket: extends it with a newer access token of the same device.',
  })
  async renewSession(
    @Arg('accessToken', () => String) accessToken: string,
    @Ctx() context: ApiContext,
  ): Promise<typeof RenewResult> {
    const { session, socket, services } = context;
    const renewed = await authenticate(services, accessToken);
    if (renewed === null) return problem('SessionEnded', { reason: 'expired' });
    if (session !== null && session.deviceId !== renewed.deviceId)
      return problem('SessionEnded', { reason: 'unknown' });
    socket?.renew(renewed);
    return { __typename: 'SessionRenewed', expiresAt: renewed.expiresAt };
  }

  @Allow('device')
  @Mutation(() => SignedOut, { description: 'Ends this device; its sockets close.' })
  async signOut(@Ctx() context: ApiContext): Promise<SignedOut> {
    await context.services.accounts.signOut(callerOf(context));
    return { done: true };
  }

  @Allow('device')
  @Mutation(() => RevokeDeviceResult, { description: "Ends one of the account's devices; its sockets close." })
  async revokeDevice(@Arg('id', () => ID) id: string, @Ctx() context: ApiContext): Promise<typeof RevokeDeviceResult> {
    const { outcome, position } = await context.services.accounts.revokeDevice(
      callerOf(context),
      decodeId('device', id),
    );
    if (outcome.kind === 'no_such_device') return problem('NoSuchDevice');
    await settlePosition(context, writtenAt(context, position));
    const device = await context.loaders.device.load(outcome.deviceId);
    return device === null ? problem('NoSuchDevice') : { __typename: 'DeviceRevoked', device: deviceValue(device) };
  }

  @Allow('device')
  @Mutation(() => UpdateProfileResult)
  async updateProfile(
    @Arg('input', () => UpdateProfileInput) input: UpdateProfileInput,
    @Ctx() context: ApiContext,
  ): Promise<typeof UpdateProfileResult> {
    const { services } = context;
    const caller = callerOf(context);
    const { outcome, position } = await services.accounts.updateProfile(caller, Object.assign({}, input));
    if (outcome.kind === 'invalid_text')
      return problem('InvalidText', { field: outcome.field, reason: outcome.reason });
    const written = writtenAt(context, position);
    await settlePosition(context, written);
    const account = await settleAccount(context, caller.accountId);
    return {
      __typename: 'ProfileUpdated',
      account: accountValue(account),
      readToken: services.cursors.encodeReadToken(written),
    };
  }

  @Allow('device')
  @Mutation(() => UpdatePrivacyResult)
  async updatePrivacy(
    @Arg('input', () => UpdatePrivacyInput) input: UpdatePrivacyInput,
    @Ctx() context: ApiContext,
  ): Promise<typeof UpdatePrivacyResult> {
    const { services } = context;
    const caller = callerOf(context);
    const { outcome, position } = await services.accounts.changePrivacy(caller, privacyChange(input));
    if (outcome.kind === 'too_many') return problem('TooMany', { limit: outcome.limit });
    return {
      __typename: 'PrivacyUpdated',
      privacy: privacyValue((await services.relations.of(caller.accountId)).privacy),
      readToken: readTokenOf(context, position),
    };
  }

  @Allow('device')
  @Mutation(() => FindAccountResult, {
    description: 'Who has this number. A mutation, because it is counted: numbers must not be enumerated.',
  })
  async findAccount(
    @Arg('phone', () => String) phone: string,
    @Arg('country', () => String, COUNTRY) country: string | null | undefined,
    @Ctx() context: ApiContext,
  ): Promise<typeof FindAccountResult> {
    const { services } = context;
    const parsed = parsePhone(phone, country);
    if (!parsed.ok) return problem('InvalidPhone', { reason: parsed.reason });
    const taken = await services.limiter.take('findAccount', sessionOf(context).accountId);
    if (!taken.ok) return problem('RateLimited', { retryAfterMs: taken.retryAfterMs });
    const account = await accountByPhone(services.reads.pool, services.keys.hmac('phone', parsed.e164));
    return account === null ? problem('NoSuchAccount') : { __typename: 'AccountFound', account: accountValue(account) };
  }
}

function callerOf(context: ApiContext): { readonly accountId: string; readonly deviceId: string } {
  const { accountId, deviceId } = sessionOf(context);
  return { accountId, deviceId };
}

async function signedIn(
  context: ApiContext,
  outcome: SubmitOtpOutcome & { kind: 'signed_in' },
): Promise<typeof SubmitOtpResult> {
  const { device } = outcome;
  const account = await settleAccount(context, outcome.accountId);
  return {
    __typename: 'SignedIn',
    account: Object.assign(accountValue(account), { own: true as const }),
    device: {
      id: encodeId('device', device.id),
      name: device.name,
      platform: device.platform,
      linkedAt: device.linkedAt,
      revokedAt: null,
    },
    tokens: tokensValue(outcome.tokens),
    newAccount: outcome.newAccount,
  };
}

function tokensValue({ accessToken, accessExpiresAt, refreshToken }: IssuedTokens): Tokens {
  return { accessToken, accessExpiresAt, refreshToken };
}
