import type { OfChat, OfMessage } from './events.js';

export type ChatCommand =
  /** `until`: milliseconds since the epoch, null for ever. */
  | (OfChat & { readonly kind: 'mute'; readonly until: number | null })
  | (OfChat & {
      readonly kind: 'unmute' | 'archive' | 'unarchive' | 'pin' | 'unpin' | 'mark_unread' | 'mark_read';
    })
  /** Up to and with this sequence. */
  | (OfChat & { readonly kind: 'clear' | 'delete'; readonly upTo: number });

export type MessageCommand = OfMessage & { readonly kind: 'star' | 'unstar' | 'hide' };

/** Without a text there is no draft any more. The fingerprint is made by the handler, which has the key. */
export type DraftCommand = OfChat & {
  readonly kind: 'save_draft';
  readonly draft: { readonly text: string; readonly fingerprint: string } | null;
};

export type PreferenceCommand = ChatCommand | MessageCommand | DraftCommand;
