import { uuidv8 } from '../../domain/shared/ids.js';
import type { ContactPlace, ContactView } from '../../projections/contacts/contacts.queries.js';
import { encodeId } from '../kit/nodeIds.js';
import { connectionOf, decodePlace, encodePlace, type Connection } from '../kit/paging.js';
import type { Contact } from './types.js';

const LIST = 'contacts';
const PLACE = /^([0-9a-f]{32}):([^]*)$/;

export function contactValue({ ownerId, phoneHmac, phone, name, sort, accountId, mutual }: ContactView): Contact {
  return {
    id: contactId(ownerId, phoneHmac),
    phone,
    name,
    mutual,
    accountUuid: accountId,
    place: encodePlace(LIST, phoneHmac.slice(0, 32), sort),
  };
}

/** Of a book's own: tells nothing of the number, and is another one in every book. */
export function contactId(ownerId: string, phoneHmac: string): string {
  return encodeId('contact', uuidv8(`contact:${ownerId}:${phoneHmac}`));
}

/** @param found one more than asked for tells that the list goes on. */
export function contactsConnection(
  found: readonly ContactView[],
  size: number,
  after: ContactPlace | undefined,
): Connection<Contact> {
  const nodes = found.slice(0, size).map(contactValue);
  return connectionOf(nodes, ({ place }) => place, { before: after !== undefined, after: found.length > size });
}

export function placeOf(cursor: string | null | undefined): ContactPlace | undefined {
  if (cursor == null) return undefined;
  const [phoneHmac = '', sort = ''] = decodePlace(LIST, PLACE, cursor);
  return { sort, phoneHmac };
}
