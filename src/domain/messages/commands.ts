import type { MessageContent } from './events.js';

export interface SendMessage {
  readonly account: string;
  readonly clientId: string;
  readonly content: MessageContent<string>;
  /** Milliseconds since the epoch: the server's clock, or the time an import claims. */
  readonly at: number;
}
