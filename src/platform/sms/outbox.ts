import type pg from 'pg';
import type { Clock } from '../clock/port.js';
import type { Sms } from './port.js';

/** What a development server would have sent; `at` in milliseconds since the epoch. */
export interface OutboxMessage {
  readonly to: string;
  readonly body: string;
  readonly code: string | null;
  readonly at: number;
}

export interface DevelopmentOutbox extends Sms {
  /** The last messages to the number (E.164), newest first. */
  read(to: string, limit?: number): Promise<readonly OutboxMessage[]>;
}

/** Keeps messages readable in the table `outbox`. Only for development mode on loopback: whoever reads it signs in as anybody. */
export function developmentOutbox(pool: Pick<pg.Pool, 'query'>, clock: Clock): DevelopmentOutbox {
  return {
    async send({ to, body, code }) {
      await pool.query('INSERT INTO outbox (recipient, body, code, at) VALUES ($1, $2, $3, $4)', [
        to,
        body,
        code ?? null,
        new Date(clock.now()),
      ]);
    },
    async read(to, limit = 20) {
      const { rows } = await pool.query<{ recipient: string; body: string; code: string | null; at: Date }>(
        'SELECT recipient, body, code, at FROM outbox WHERE recipient = $1 ORDER BY id DESC LIMIT $2',
        [to, limit],
      );
      return rows.map((row) => ({ to: row.recipient, body: row.body, code: row.code, at: row.at.getTime() }));
    },
  };
}
