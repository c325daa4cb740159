import type pg from 'pg';
import type { Clock } from '../../platform/clock/port.js';
import type { ReadStore } from '../../platform/readStore/port.js';
import type { AccessTokens, TokenSubject } from '../../platform/tokens/port.js';
import { decideRefresh } from './decide.js';
import type { Session, SessionEndReason } from './state.js';
import { newRefreshToken, parseRefreshToken, type RefreshToken } from './token.js';

export interface Tokens {
  readonly accessToken: string;
  /** Milliseconds since the epoch. */
  readonly accessExpiresAt: number;
  readonly refreshToken: string;
}

export type RefreshOutcome =
  | { readonly kind: 'refreshed'; readonly tokens: Tokens; readonly subject: TokenSubject }
  | { readonly kind: 'session_ended'; readonly reason: SessionEndReason | 'unknown' }
  /** The session is ended here; the device must be revoked in the log. */
  | { readonly kind: 'reused'; readonly subject: TokenSubject };

export interface Sessions {
  /** First tokens of a device; whatever it had before stops working. */
  start(subject: TokenSubject): Promise<Tokens>;
  refresh(refreshToken: string): Promise<RefreshOutcome>;
  /** No refresh token of the device works any more. Idempotent; the first reason stays. */
  end(deviceId: string, reason: SessionEndReason): Promise<void>;
}

interface Row {
  account_id: string;
  device_id: string;
  current: Buffer[];
  previous: Buffer | null;
  rotated_at: Date;
  ended_for: SessionEndReason | null;
}

export interface SessionDeps {
  readonly readStore: Pick<ReadStore, 'pool' | 'transaction'>;
  readonly tokens: AccessTokens;
  readonly clock: Clock;
}

export function sessions({ readStore, tokens, clock }: SessionDeps): Sessions {
  const hand = async (subject: TokenSubject, refresh: RefreshToken): Promise<Tokens> => {
    const access = await tokens.issue(subject);
    return { accessToken: access.token, accessExpiresAt: access.expiresAt, refreshToken: refresh.text };
  };

  return {
    async start(subject) {
      const refresh = newRefreshToken();
      const now = new Date(clock.now());
      await readStore.pool.query(
        `INSERT INTO sessions (family, device_id, account_id, current, rotated_at, created_at) VALUES ($1, $2, $3, $4, $5, $5)
         ON CONFLICT (device_id) DO UPDATE SET family = excluded.family, current = excluded.current, previous = NULL,
           rotated_at = excluded.rotated_at, created_at = excluded.created_at, ended_at = NULL, ended_for = NULL`,
        [refresh.familyHash, subject.deviceId, subject.accountId, [bytes(refresh.hash)], now],
      );
      return hand(subject, refresh);
    },

    async refresh(text) {
      const presented = parseRefreshToken(text);
      if (presented === null) return { kind: 'session_ended', reason: 'unknown' };
      const successor = newRefreshToken(presented.family);
      const now = clock.now();
      // Durable: a successor that a crash forgot would look like an old token and revoke the device.
      const decided = await readStore.transaction(async (client) => {
        const row = await lockRow(client, presented.familyHash);
        if (row === undefined) return { kind: 'unknown' } as const;
        const session = sessionOf(row);
        const decision = decideRefresh(session, { presented: presented.hash, successor: successor.hash, now });
        if (decision.kind === 'rotated') await save(client, presented.familyHash, decision.session);
        if (decision.kind === 'reused') await endFamily(client, presented.familyHash, now);
        return {
          kind: 'known',
          decision,
          subject: { accountId: session.accountId, deviceId: session.deviceId },
        } as const;
      });
      if (decided.kind === 'unknown') return { kind: 'session_ended', reason: 'unknown' };
      const { decision, subject } = decided;
      switch (decision.kind) {
        case 'rotated':
          return { kind: 'refreshed', tokens: await hand(subject, successor), subject };
        case 'ended':
          // A token of a session that ended for reuse is answered like the first one: the revocation may not be in the log yet.
          return decision.reason === 'token_reuse'
            ? { kind: 'reused', subject }
            : { kind: 'session_ended', reason: decision.reason };
        case 'reused':
          return { kind: 'reused', subject };
      }
    },

    async end(deviceId, reason) {
      await readStore.pool.query(
        'UPDATE sessions SET ended_at = $2, ended_for = $3 WHERE device_id = $1 AND ended_at IS NULL',
        [deviceId, new Date(clock.now()), reason],
      );
    },
  };
}

async function lockRow(client: pg.PoolClient, family: Buffer): Promise<Row | undefined> {
  const { rows } = await client.query<Row>(
    'SELECT account_id, device_id, current, previous, rotated_at, ended_for FROM sessions WHERE family = $1 FOR UPDATE',
    [family],
  );
  return rows[0];
}

async function save(client: pg.PoolClient, family: Buffer, session: Session): Promise<void> {
  await client.query('UPDATE sessions SET current = $2, previous = $3, rotated_at = $4 WHERE family = $1', [
    family,
    session.current.map(bytes),
    session.previous === null ? null : bytes(session.previous),
    new Date(session.rotatedAt),
  ]);
}

async function endFamily(client: pg.PoolClient, family: Buffer, now: number): Promise<void> {
  await client.query(
    `UPDATE sessions SET ended_at = $2, ended_for = 'token_reuse' WHERE family = $1 AND ended_at IS NULL`,
    [family, new Date(now)],
  );
}

function sessionOf(row: Row): Session {
  return {
    accountId: row.account_id,
    deviceId: row.device_id,
    current: row.current.map((hash) => hash.toString('hex')),
    previous: row.previous?.toString('hex') ?? null,
    rotatedAt: row.rotated_at.getTime(),
    endedFor: row.ended_for,
  };
}

function bytes(hex: string): Buffer {
  return Buffer.from(hex, 'hex');
}
