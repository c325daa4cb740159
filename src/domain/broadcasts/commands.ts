import type { SealedField } from '../../platform/keys/seal.js';

/** `by`: the account that asks. A name comes sealed already, for the one event that a command makes. */
export type BroadcastCommand =
  | { readonly type: 'create'; readonly by: string; readonly name: SealedField; readonly recipients: readonly string[] }
  | {
      readonly type: 'changeRecipients';
      readonly by: string;
      readonly add: readonly string[];
      readonly remove: readonly string[];
    }
  | { readonly type: 'rename'; readonly by: string; readonly name: SealedField };
