import { randomInt } from 'node:crypto';
import type { Clock } from '../../platform/clock/port.js';
import type { KeyStore } from '../../platform/keys/port.js';
import type { ReadStore } from '../../platform/readStore/port.js';
import type { Sms } from '../../platform/sms/port.js';
import { decideOtp, OTP_TTL_MS, type OtpDecision } from './otp.js';

export interface Otps {
  /** Makes a new code for the number, which replaces the one before, and sends it. Returns when it expires. */
  send(e164: string, phoneHmac: string): Promise<number>;
  /** An accepted code is used up. */
  check(phoneHmac: string, code: string): Promise<OtpDecision>;
}

export interface OtpDeps {
  readonly readStore: Pick<ReadStore, 'pool' | 'transaction'>;
  readonly keys: Pick<KeyStore, 'hmac'>;
  readonly clock: Clock;
  readonly sms: Sms;
}

export function otps({ readStore, keys, clock, sms }: OtpDeps): Otps {
  const hash = (phoneHmac: string, code: string): string => keys.hmac('otp', `${phoneHmac}:${code}`);
  return {
    async send(e164, phoneHmac) {
      const code = String(randomInt(1_000_000)).padStart(6, '0');
      const now = clock.now();
      const expiresAt = now + OTP_TTL_MS;
      await readStore.pool.query(
        `INSERT INTO otps (phone_hmac, code_hmac, sent_at, expires_at) VALUES ($1, $2, $3, $4)
         ON CONFLICT (phone_hmac) DO UPDATE SET code_hmac = excluded.code_hmac, attempts = 0, sent_at = excluded.sent_at, expires_at = excluded.expires_at`,
        [phoneHmac, hash(phoneHmac, code), new Date(now), new Date(expiresAt)],
      );
      await sms.send({
        to: e164,
        code,
        body: `${code} is your Parlance code. It is valid for 5 minutes. Do not share it.`,
      });
      return expiresAt;
    },

    check: (phoneHmac, code) =>
      readStore.transaction(async (client) => {
        const { rows } = await client.query<{ code_hmac: string; attempts: number; expires_at: Date }>(
          'SELECT code_hmac, attempts, expires_at FROM otps WHERE phone_hmac = $1 FOR UPDATE',
          [phoneHmac],
        );
        const row = rows[0];
        const sent =
          row === undefined
            ? null
            : { codeHmac: row.code_hmac, attempts: row.attempts, expiresAt: row.expires_at.getTime() };
        const decision = decideOtp(sent, hash(phoneHmac, code.trim()), clock.now());
        if (decision.kind === 'accepted') await client.query('DELETE FROM otps WHERE phone_hmac = $1', [phoneHmac]);
        if (decision.kind === 'wrong_code')
          await client.query('UPDATE otps SET attempts = attempts + 1 WHERE phone_hmac = $1', [phoneHmac]);
        return decision;
      }),
  };
}
