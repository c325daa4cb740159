import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { CloseCode, type Connection } from '../../../src/api/socket/connection.js';
import { connectionRegistry, type ConnectionRegistry } from '../../../src/api/socket/registry.js';

interface FakeConnection {
  readonly connection: Connection;
  readonly closes: number[];
  readonly events: string[];
}

/** What the registry uses of a connection. */
function fakeConnection(): FakeConnection {
  const closes: number[] = [];
  const events: string[] = [];
  const connection = {
    session: null,
    alive: true,
    ws: {
      ping: () => events.push('ping'),
      terminate: () => events.push('terminate'),
      once: (_name: string, done: () => void) => {
        done();
      },
    },
    close: (code: number) => closes.push(code),
  };
  return { connection: connection as unknown as Connection, closes, events };
}

let registry: ConnectionRegistry;
let heard: string[];
beforeEach(() => {
  vi.useFakeTimers({ now: 0 });
  heard = [];
  const presence = {
    opened: (account: string) => void heard.push(`${account} opened`),
    closed: (account: string) => void heard.push(`${account} closed`),
  };
  registry = connectionRegistry({ clock: { now: () => Date.now() }, heartbeatMs: 12_000, presence });
});
afterEach(async () => {
  await registry.closeAll(CloseCode.serviceRestart, '');
  vi.useRealTimers();
});

describe('open sockets', () => {
  it('that do not answer a ping are ended within 30 s', () => {
    const { connection, events } = fakeConnection();
    registry.add(connection);
    vi.advanceTimersByTime(30_000);
    expect(events).toEqual(['ping', 'terminate']);
  });

  it('that answer stay open', () => {
    const { connection, events } = fakeConnection();
    registry.add(connection);
    for (let beats = 0; beats < 3; beats += 1) {
      vi.advanceTimersByTime(12_000);
      connection.alive = true;
    }
    expect(events).toEqual(['ping', 'ping', 'ping']);
  });

  it('are closed when their token ends, unless it is renewed', () => {
    const [kept, ended] = [fakeConnection(), fakeConnection()];
    for (const { connection } of [kept, ended]) {
      registry.add(connection);
      registry.signIn(connection, { accountId: 'a', deviceId: 'd', expiresAt: 10_000 });
    }
    vi.advanceTimersByTime(9_000);
    kept.connection.session = { accountId: 'a', deviceId: 'd', expiresAt: 60_000 };
    vi.advanceTimersByTime(3_000);
    expect(kept.closes).toEqual([]);
    expect(ended.closes).toContain(CloseCode.sessionEnded);
  });

  it('of one device are closed together, and no others', () => {
    const [first, second, other] = [fakeConnection(), fakeConnection(), fakeConnection()];
    for (const [{ connection }, deviceId] of [
      [first, 'd1'],
      [second, 'd1'],
      [other, 'd2'],
    ] as const) {
      registry.add(connection);
      registry.signIn(connection, { accountId: 'a', deviceId, expiresAt: 1e9 });
    }
    registry.closeDevice('d1', CloseCode.sessionEnded, 'signed out');
    expect([first.closes, second.closes, other.closes]).toEqual([[4403], [4403], []]);
  });
});
