import type { PrivacyChange } from './privacy.js';

/**
 * Facts of `account-<id>` and `phone-<hmac>`. `Text` is a personal field: plain where a decision is made, sealed under
 * the account's key where it is stored.
 */
export type AccountEvent<Text> =
  | {
      readonly type: 'AccountRegistered';
      readonly data: {
        readonly phone: Text;
        readonly phoneHmac: string;
        readonly country: string;
        readonly name?: Text;
      };
    }
  | {
      readonly type: 'DeviceLinked';
      readonly data: { readonly deviceId: string; readonly name: Text; readonly platform: string };
    }
  | { readonly type: 'DeviceRevoked'; readonly data: { readonly deviceId: string; readonly reason: RevocationReason } }
  | {
      readonly type: 'ProfileChanged';
      /** An absent field is unchanged, null clears it. */
      readonly data: { readonly name?: Text | null; readonly about?: Text | null; readonly avatar?: string | null };
    }
  | { readonly type: 'PrivacyChanged'; readonly data: PrivacyChange }
  /** `head`: the channel's last sequence then. What was said up to there is not unread to who comes after it. */
  | { readonly type: 'ChannelFollowed'; readonly data: { readonly channelId: string; readonly head?: number } }
  | { readonly type: 'ChannelUnfollowed'; readonly data: { readonly channelId: string } }
  /** By an operator on the server's machine, so without an actor. */
  | { readonly type: 'AdministratorGranted' | 'AdministratorRevoked'; readonly data: Readonly<Record<string, never>> }
  | { readonly type: 'KeyDestroyed'; readonly data: { readonly scope: string } };

export type RevocationReason = 'signed_out' | 'revoked' | 'token_reuse';

export type PhoneEvent = { readonly type: 'PhoneClaimed'; readonly data: { readonly accountId: string } };

/** Fields of each type that are sealed in the log. */
export const SEALED_FIELDS: Readonly<Record<AccountEvent<unknown>['type'], readonly string[]>> = {
  AccountRegistered: ['phone', 'name'],
  DeviceLinked: ['name'],
  DeviceRevoked: [],
  ProfileChanged: ['name', 'about'],
  PrivacyChanged: [],
  ChannelFollowed: [],
  ChannelUnfollowed: [],
  AdministratorGranted: [],
  AdministratorRevoked: [],
  KeyDestroyed: [],
};
