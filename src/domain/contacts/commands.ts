/** One number of an uploaded phone book, as the handler looked it up. */
export interface Entry {
  readonly phoneHmac: string;
  /** E.164 */
  readonly phone: string;
  readonly name: string;
  readonly fingerprint: string;
}

export interface SyncContacts {
  /** No number twice. */
  readonly entries: readonly Entry[];
  /** Numbers that left the book, by their HMAC. */
  readonly removed: readonly string[];
  /** The book is exactly these entries. */
  readonly full: boolean;
}

export interface BlockAccount {
  readonly owner: string;
  readonly accountId: string;
  /** Whether there is such an account, as the handler found out. */
  readonly exists: boolean;
}
