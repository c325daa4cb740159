import { checkText, type TextProblem } from '../shared/text.js';
import type { BlockAccount, SyncContacts } from './commands.js';
import type { ContactEvent } from './events.js';
import type { ContactBook } from './state.js';

type Plain = ContactEvent<string>;

export type Decision<Rejection> = { readonly events: readonly Plain[] } | { readonly rejected: Rejection };

/** A name's length in UTF-16 code units, after trimming. */
export const CONTACT_LIMITS = { entriesPerCall: 1_000, name: 128, book: 10_000, blocks: 5_000 } as const;

export interface TooMany {
  readonly kind: 'too_many';
  readonly limit: number;
}

/** Removals come first, so that a book at its limit can be exchanged. An entry that the book has as it is writes nothing. */
export function decideSync(book: ContactBook, { entries, removed, full }: SyncContacts): Decision<TooMany> {
  const given = new Set(entries.map(({ phoneHmac }) => phoneHmac));
  const gone = (full ? [...book.contacts.keys()] : [...new Set(removed)]).filter(
    (phoneHmac) => !given.has(phoneHmac) && book.contacts.has(phoneHmac),
  );
  const changed = entries.filter(({ phoneHmac, fingerprint }) => book.contacts.get(phoneHmac) !== fingerprint);
  const added = changed.filter(({ phoneHmac }) => !book.contacts.has(phoneHmac)).length;
  if (added > 0 && book.contacts.size - gone.length + added > CONTACT_LIMITS.book)
    return { rejected: { kind: 'too_many', limit: CONTACT_LIMITS.book } };
  return {
    events: [
      ...gone.map((phoneHmac): Plain => ({ type: 'ContactRemoved', data: { phoneHmac } })),
      ...changed.map((data): Plain => ({ type: 'ContactSaved', data })),
    ],
  };
}

export function decideBlock(book: ContactBook, command: BlockAccount): Decision<TooMany | { kind: 'no_such_account' }> {
  const { owner, accountId, exists } = command;
  if (book.blocks.has(accountId)) return { events: [] };
  if (!exists || owner === accountId) return { rejected: { kind: 'no_such_account' } };
  if (book.blocks.size >= CONTACT_LIMITS.blocks)
    return { rejected: { kind: 'too_many', limit: CONTACT_LIMITS.blocks } };
  return { events: [{ type: 'AccountBlocked', data: { accountId } }] };
}

export function decideUnblock(book: ContactBook, { accountId }: Pick<BlockAccount, 'accountId'>): Decision<never> {
  return { events: book.blocks.has(accountId) ? [{ type: 'AccountUnblocked', data: { accountId } }] : [] };
}

/** @returns null when a contact may have this name. */
export function checkName(name: string): TextProblem | null {
  return checkText(name, { max: CONTACT_LIMITS.name });
}
