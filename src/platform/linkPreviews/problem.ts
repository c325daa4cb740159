import type { PreviewOutcome } from './port.js';

/** Why a page was not fetched; never has the link in its message. */
export class PageProblem extends Error {
  override name = 'PageProblem';
  constructor(readonly kind: Exclude<PreviewOutcome['kind'], 'found'>) {
    super(kind);
  }
}

const PASSING = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EADDRNOTAVAIL',
  'HPE_INVALID_EOF_STATE',
]);

/** What an error of the network, of TLS or of a decoder comes to; others are thrown again. */
export function problemOf(error: unknown): PageProblem {
  if (error instanceof PageProblem) return error;
  const { code } = (error ?? {}) as { readonly code?: unknown };
  if (typeof code !== 'string') throw error;
  return new PageProblem(PASSING.has(code) ? 'unavailable' : 'nothing');
}
