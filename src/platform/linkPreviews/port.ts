/**
 * What pages of the web say of themselves.
 *
 * Guaranteed: nothing but addresses of the public internet, or those that the operator allows, is ever connected to, whatever a
 * link, a redirect or a name server says; time and bytes are bounded.
 * Not promised: that a page says the truth, or the same twice.
 */
export interface LinkPreviews {
  /** @param url http or https, as it was written. Rejects only when the signal aborts. */
  find(url: string, signal: AbortSignal): Promise<PreviewOutcome>;
}

export type PreviewOutcome =
  | { readonly kind: 'found'; readonly preview: LinkPreview }
  /** It may not be fetched. */
  | { readonly kind: 'refused' }
  /** No page, or one without a title. */
  | { readonly kind: 'nothing' }
  /** It did not answer, or not in time; perhaps it does later. */
  | { readonly kind: 'unavailable' };

/** Texts are one line each, without control characters, and well-formed. Lengths in UTF-16 code units. */
export interface LinkPreview {
  /** The link, as it was asked for. */
  readonly url: string;
  /** Up to 200. */
  readonly title: string;
  /** Up to 400. */
  readonly description?: string;
  /** Up to 100. */
  readonly siteName?: string;
}
