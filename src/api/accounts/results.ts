import { Field, Int } from 'type-graphql';
import {
  InvalidPhone,
  InvalidText,
  NoSuchAccount,
  outcomes,
  Problem,
  RateLimited,
  SessionEnded,
} from '../kit/problems.js';
import { DateTime, ReadToken } from '../kit/scalars.js';
import { Shape } from '../kit/shape.js';
import { Account, Device, Tokens } from './types.js';

@Shape()
export class OtpSent {
  readonly __typename!: 'OtpSent';

  @Field(() => DateTime)
  readonly expiresAt!: number;

  @Field(() => DateTime, { description: 'No other code is sent before.' })
  readonly resendAfter!: number;
}

@Shape()
export class SignedIn {
  readonly __typename!: 'SignedIn';

  @Field(() => Account)
  readonly account!: Account;

  @Field(() => Device)
  readonly device!: Device;

  @Field(() => Tokens)
  readonly tokens!: Tokens;

  @Field(() => Boolean)
  readonly newAccount!: boolean;
}

@Shape({ implements: () => Problem })
export class WrongCode extends Problem {
  readonly __typename!: 'WrongCode';

  @Field(() => Int)
  readonly attemptsLeft!: number;
}

@Shape({ implements: () => Problem })
export class CodeExpired extends Problem {
  readonly __typename!: 'CodeExpired';
}

@Shape()
export class Refreshed {
  readonly __typename!: 'Refreshed';

  @Field(() => Tokens)
  readonly tokens!: Tokens;
}

@Shape()
export class SessionRenewed {
  readonly __typename!: 'SessionRenewed';

  @Field(() => DateTime)
  readonly expiresAt!: number;
}

@Shape()
export class SignedOut {
  @Field(() => Boolean)
  readonly done!: boolean;
}

@Shape()
export class DeviceRevoked {
  readonly __typename!: 'DeviceRevoked';

  @Field(() => Device)
  readonly device!: Device;
}

@Shape({ implements: () => Problem })
export class NoSuchDevice extends Problem {
  readonly __typename!: 'NoSuchDevice';
}

@Shape()
export class ProfileUpdated {
  readonly __typename!: 'ProfileUpdated';

  @Field(() => Account)
  readonly account!: Account;

  @Field(() => ReadToken)
  readonly readToken!: string;
}

@Shape()
export class AccountFound {
  readonly __typename!: 'AccountFound';

  @Field(() => Account)
  readonly account!: Account;
}

export const RequestOtpResult = outcomes('RequestOtpResult', () => [OtpSent, InvalidPhone, RateLimited]);
export const SubmitOtpResult = outcomes('SubmitOtpResult', () => [
  SignedIn,
  WrongCode,
  CodeExpired,
  InvalidPhone,
  InvalidText,
  RateLimited,
]);
export const RefreshResult = outcomes('RefreshResult', () => [Refreshed, SessionEnded]);
export const RenewResult = outcomes('RenewResult', () => [SessionRenewed, SessionEnded]);
export const RevokeDeviceResult = outcomes('RevokeDeviceResult', () => [DeviceRevoked, NoSuchDevice]);
export const UpdateProfileResult = outcomes('UpdateProfileResult', () => [ProfileUpdated, InvalidText]);
export const FindAccountResult = outcomes('FindAccountResult', () => [
  AccountFound,
  NoSuchAccount,
  InvalidPhone,
  RateLimited,
]);
