import { isSupportedCountry, parsePhoneNumberWithError, ParseError } from 'libphonenumber-js/max';

export type PhoneProblem =
  | 'malformed'
  | 'unknown_country'
  /** No number of this country has this length. */
  | 'wrong_length'
  | 'not_in_use'
  /** Not a number that can be a mobile phone's. */
  | 'not_mobile';

export type ParsedPhone =
  | { readonly ok: true; readonly e164: string; readonly country: string }
  | { readonly ok: false; readonly reason: PhoneProblem };

const LENGTH_ERRORS = new Set(['TOO_SHORT', 'TOO_LONG', 'INVALID_LENGTH']);
/** Longer than any way to write a number, with an extension or a URI around it. */
const LONGEST = 64;

/**
 * A number as people write it, in E.164 if a text message can reach it.
 * @param country two letters, for numbers without `+`.
 */
export function parsePhone(text: string, country?: string | null): ParsedPhone {
  const region = country?.trim().toUpperCase();
  if (region !== undefined && region !== '' && !isSupportedCountry(region))
    return { ok: false, reason: 'unknown_country' };
  if (text.length > LONGEST) return { ok: false, reason: 'malformed' };
  try {
    const options =
      region === undefined || region === '' ? { extract: false } : { extract: false, defaultCountry: region };
    const phone = parsePhoneNumberWithError(text.trim(), options);
    if (!phone.isPossible()) return { ok: false, reason: 'wrong_length' };
    if (!phone.isValid() || phone.country === undefined) return { ok: false, reason: 'not_in_use' };
    const type = phone.getType();
    if (type !== 'MOBILE' && type !== 'FIXED_LINE_OR_MOBILE') return { ok: false, reason: 'not_mobile' };
    return { ok: true, e164: phone.number, country: phone.country };
  } catch (error) {
    if (!(error instanceof ParseError)) throw error;
    if (LENGTH_ERRORS.has(error.message)) return { ok: false, reason: 'wrong_length' };
    return { ok: false, reason: error.message === 'INVALID_COUNTRY' ? 'unknown_country' : 'malformed' };
  }
}
