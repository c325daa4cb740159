/** Makes the account if it is not there yet, and links a device to it. Ids and the number's facts come from the handler. */
export interface LinkDevice {
  readonly phone: string;
  readonly phoneHmac: string;
  readonly country: string;
  /** For a new account. */
  readonly name?: string;
  readonly device: { readonly id: string; readonly name: string; readonly platform: string };
}

export interface RevokeDevice {
  readonly deviceId: string;
  readonly reason: 'signed_out' | 'revoked' | 'token_reuse';
}

/** An absent field stays; null, or an empty text, clears it. */
export interface ChangeProfile {
  readonly name?: string | null;
  readonly about?: string | null;
  readonly avatar?: string | null;
}
