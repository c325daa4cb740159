/**
 * Facts of `contacts-<account>`. `Text` is a personal field: plain where a decision is made, sealed under the owner's key
 * where it is stored. `fingerprint`: HMAC of the name under the owner's key, base64; tells whether a later entry says the same.
 */
export type ContactEvent<Text> =
  | {
      readonly type: 'ContactSaved';
      readonly data: {
        readonly phoneHmac: string;
        readonly phone: Text;
        readonly name: Text;
        readonly fingerprint: string;
      };
    }
  | { readonly type: 'ContactRemoved'; readonly data: { readonly phoneHmac: string } }
  | { readonly type: 'AccountBlocked'; readonly data: { readonly accountId: string } }
  | { readonly type: 'AccountUnblocked'; readonly data: { readonly accountId: string } };
