import type { GivenContent, GivenPlace } from '../../domain/messages/index.js';
import { fault } from '../kit/errors.js';
import { decodeId } from '../kit/nodeIds.js';
import type { ContactCardInput, PlaceInput, PollInput, SendMessageInput } from './inputs.js';

/** The one content of an input. @throws BAD_USER_INPUT for none or several */
export function givenContent({ text, sealed, contact, location, poll }: SendMessageInput): GivenContent {
  const given = [text, sealed, contact, location, poll].filter((content) => content != null);
  if (given.length !== 1) throw fault('BAD_USER_INPUT', 'give exactly one of text, sealed, contact, location and poll');
  if (text != null) return { kind: 'text', text };
  if (sealed != null) return { kind: 'sealed', algorithm: sealed.algorithm, bytes: sealed.payload };
  if (contact != null) return { kind: 'contact', card: cardOf(contact) };
  if (location != null) {
    const { liveForSeconds } = location;
    const place = givenPlace(location);
    return liveForSeconds == null
      ? { kind: 'location', place }
      : { kind: 'location', place, liveForMs: liveForSeconds * 1000 };
  }
  return pollOf(poll!);
}

export function givenPlace({ latitude, longitude, accuracyMetres, placeName, address }: PlaceInput): GivenPlace {
  return {
    latitude,
    longitude,
    ...(accuracyMetres == null ? {} : { accuracyMetres }),
    ...(placeName == null ? {} : { name: placeName }),
    ...(address == null ? {} : { address }),
  };
}

function cardOf({
  name,
  phones,
  accountId,
}: ContactCardInput): Extract<GivenContent, { readonly kind: 'contact' }>['card'] {
  return { name, phones: phones ?? [], ...(accountId == null ? {} : { accountId: decodeId('account', accountId) }) };
}

function pollOf({ question, options, multiple, votesVisible, closesAt }: PollInput): GivenContent {
  return {
    kind: 'poll',
    poll: { question, options },
    multiple: multiple ?? false,
    votesVisible: votesVisible ?? true,
    ...(closesAt == null ? {} : { closesAt }),
  };
}
