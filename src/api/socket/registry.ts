import type { Clock } from '../../platform/clock/port.js';
import type { PresenceHandlers } from '../../domain/presence/index.js';
import type { Session } from '../kit/context.js';
import { CloseCode, type Connection } from './connection.js';

export interface ConnectionRegistry {
  readonly size: number;
  add(connection: Connection): void;
  remove(connection: Connection): void;
  /** Also to extend the session, or to sign in a socket that was opened without one. */
  signIn(connection: Connection, session: Session): void;
  closeDevice(deviceId: string, code: number, reason: string): void;
  /** Resolves when all are closed; those that do not answer the close are ended. */
  closeAll(code: number, reason: string): Promise<void>;
}

/** Hears of each socket once when it is signed in, and once when it ends. */
export type AccountSockets = Pick<PresenceHandlers, 'opened' | 'closed'>;

const EXPIRY_SWEEP_MS = 1_000;
const CLOSE_GRACE_MS = 2_000;

/** All open sockets of the process: pings them, ends the dead ones and those whose token has ended. */
export function connectionRegistry({
  clock,
  heartbeatMs,
  presence,
}: {
  readonly clock: Clock;
  readonly heartbeatMs: number;
  readonly presence: AccountSockets;
}): ConnectionRegistry {
  const all = new Set<Connection>();
  const byDevice = new Map<string, Set<Connection>>();

  const heartbeat = setInterval(() => {
    for (const connection of all) {
      if (!connection.alive) connection.ws.terminate();
      else {
        connection.alive = false;
        connection.ws.ping();
      }
    }
  }, heartbeatMs);
  const expiry = setInterval(() => {
    const now = clock.now();
    for (const connection of all) {
      if (connection.session !== null && connection.session.expiresAt <= now)
        connection.close(CloseCode.sessionEnded, 'the token has ended: renew the session');
    }
  }, EXPIRY_SWEEP_MS);
  heartbeat.unref();
  expiry.unref();

  return {
    get size() {
      return all.size;
    },
    add: (connection) => void all.add(connection),
    remove(connection) {
      all.delete(connection);
      if (connection.session === null) return;
      const { accountId, deviceId } = connection.session;
      const set = byDevice.get(deviceId);
      set?.delete(connection);
      if (set?.size === 0) byDevice.delete(deviceId);
      presence.closed(accountId);
    },
    signIn(connection, session) {
      // It ended while its token was looked at.
      if (!all.has(connection)) return;
      const known = connection.session !== null;
      connection.session = session;
      if (known) return;
      presence.opened(session.accountId);
      const set = byDevice.get(session.deviceId);
      if (set === undefined) byDevice.set(session.deviceId, new Set([connection]));
      else set.add(connection);
    },
    closeDevice(deviceId, code, reason) {
      for (const connection of byDevice.get(deviceId) ?? []) connection.close(code, reason);
    },
    async closeAll(code, reason) {
      clearInterval(heartbeat);
      clearInterval(expiry);
      const closing = [...all].map(
        (connection) =>
          new Promise<void>((resolve) => {
            connection.ws.once('close', resolve);
            connection.close(code, reason);
          }),
      );
      const timer = setTimeout(() => {
        for (const connection of all) connection.ws.terminate();
      }, CLOSE_GRACE_MS);
      await Promise.all(closing);
      clearTimeout(timer);
    },
  };
}
