import type { ContactEvent } from './events.js';

/** Fingerprints of names by the number's HMAC, and who is blocked. */
export interface ContactBook {
  readonly contacts: ReadonlyMap<string, string>;
  readonly blocks: ReadonlySet<string>;
}

export const EMPTY_BOOK: ContactBook = { contacts: new Map(), blocks: new Set() };

/** Total: an event that does not fit leaves the book as it is. Copies the book once for all of the events. */
export function evolveAll(book: ContactBook, events: Iterable<ContactEvent<unknown>>): ContactBook {
  const contacts = new Map(book.contacts);
  const blocks = new Set(book.blocks);
  for (const { type, data } of events) {
    switch (type) {
      case 'ContactSaved':
        contacts.set(data.phoneHmac, data.fingerprint);
        break;
      case 'ContactRemoved':
        contacts.delete(data.phoneHmac);
        break;
      case 'AccountBlocked':
        blocks.add(data.accountId);
        break;
      case 'AccountUnblocked':
        blocks.delete(data.accountId);
        break;
    }
  }
  return { contacts, blocks };
}

export function evolve(book: ContactBook, event: ContactEvent<unknown>): ContactBook {
  return evolveAll(book, [event]);
}
