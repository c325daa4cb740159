import type pg from 'pg';
import type { Logger } from '../../observability/logger.js';
import type { Position } from '../port.js';
import { heartbeat } from '../../readStore/heartbeat.js';
import { backoff, connect, discard, pause } from './connection.js';

const pollMs = 1000;

export interface ListenerOptions {
  readonly connectionString: string;
  readonly logger: Logger;
  readonly heartbeatMs?: number | undefined;
  /** Notices may have been lost before. */
  onConnect(): Promise<void>;
  onHint(position: Position): void;
  onPoll(): void;
}

/** NOTIFY is only a hint: it is lost with the connection. So the log is also looked at after each reconnect and once a second. */
export function listener(options: ListenerOptions): { close(): Promise<void> } {
  const wait = pause();
  let client: pg.Client | undefined;
  let closed = false;
  const timer = setInterval(() => options.onPoll(), pollMs);
  timer.unref();
  let connecting = reconnect();

  async function reconnect(): Promise<void> {
    for (let failures = 0; !closed; failures++) {
      const session = await listen().catch(() => undefined);
      if (session !== undefined) {
        client = session;
        void options.onConnect();
        return;
      }
      options.logger.warn('the log cannot be listened to; it is looked at once a second');
      await wait(backoff(failures));
    }
  }

  async function listen(): Promise<pg.Client> {
    const session = await connect(options.connectionString, 'parlance-listen', lost);
    session.on('notification', ({ payload }) => {
      if (payload !== undefined && /^\d+$/.test(payload)) options.onHint(BigInt(payload) as Position);
    });
    try {
      heartbeat(session, options.heartbeatMs);
      await session.query('LISTEN events');
    } catch (error) {
      discard(session);
      throw error;
    }
    return session;
  }

  function lost(session: pg.Client): void {
    if (client !== session) return;
    client = undefined;
    if (!closed) connecting = connecting.then(reconnect);
  }

  return {
    async close() {
      closed = true;
      clearInterval(timer);
      wait.wake();
      await connecting;
      await client?.end().catch(() => undefined);
    },
  };
}
