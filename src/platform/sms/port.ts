/**
 * Text messages to phones. `send` resolves once the carrier, or the outbox, has taken the message.
 * Not promised: that it arrives, or only once.
 */
export interface Sms {
  /** @throws SmsError, without the number or the text in its message. */
  send(message: SmsMessage): Promise<void>;
}

export interface SmsMessage {
  /** E.164. */
  readonly to: string;
  readonly body: string;
  /** The code that the body carries; only the development outbox keeps it. */
  readonly code?: string;
}

export class SmsError extends Error {
  constructor(message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'SmsError';
  }
}
