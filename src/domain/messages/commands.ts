import type { GivenContent } from './contents.js';
import type { Mentions } from './events.js';

export interface SendMessage {
  readonly account: string;
  /** Milliseconds since the epoch: the server's clock, or the time an import claims. */
  readonly at: number;
  readonly content?: GivenContent;
  readonly mentions?: Mentions;
  readonly viewOnce?: true;
}
