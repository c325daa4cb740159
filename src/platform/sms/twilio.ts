import type { Twilio } from 'twilio';
import { SmsError, type Sms } from './port.js';

export interface TwilioOptions {
  readonly accountSid: string;
  readonly authToken: string;
  /** The sending number (E.164) or a messaging service's id (`MG…`). */
  readonly from: string;
}

/** Sends through Twilio. The client is loaded at the first message, since most installations never need its 100 MB. */
export function twilioSms(options: TwilioOptions): Sms {
  let client: Promise<Twilio> | undefined;
  const load = async (): Promise<Twilio> => {
    const { default: twilio } = await import('twilio');
    return twilio(options.accountSid, options.authToken, { timeout: 10_000, autoRetry: true, maxRetries: 2 });
  };
  const sender = options.from.startsWith('MG') ? { messagingServiceSid: options.from } : { from: options.from };
  return {
    async send({ to, body }) {
      try {
        client ??= load();
        const { messages } = await client;
        await messages.create({ to, body, ...sender });
      } catch (cause) {
        const code = typeof cause === 'object' && cause !== null && 'code' in cause ? String(cause.code) : 'unknown';
        throw new SmsError(`the carrier did not take the message (${code})`, { cause });
      }
    },
  };
}
