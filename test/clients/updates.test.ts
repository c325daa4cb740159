import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { GraphQLError, buildSchema, type GraphQLSchema } from 'graphql';
import { useServer } from 'graphql-ws/use/ws';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { followUpdates } from '../../clients/typescript/updates.js';

/** A log of numbers behind the protocol's shape: what matters here is what the client asks for after a lost connection. */
interface FakeServer {
  readonly url: string;
  readonly asked: (string | undefined)[];
  readonly tokens: unknown[];
  append(): void;
  dropConnections(code?: number): void;
  expire(): void;
}

let running: { server: Server; sockets: WebSocketServer } | undefined;
afterEach(async () => {
  for (const socket of running?.sockets.clients ?? []) socket.terminate();
  running?.sockets.close();
  await new Promise((resolve) => running?.server.close(resolve));
});

const schema: GraphQLSchema = buildSchema(`scalar Cursor
  type Update { n: Int! } type UpdateEnvelope { cursor: Cursor! update: Update! }
  type Query { ok: Boolean } type Subscription { updates(after: Cursor): UpdateEnvelope! }`);

async function startFake(): Promise<FakeServer> {
  const server = createServer();
  const sockets = new WebSocketServer({ server, path: '/graphql' });
  const asked: (string | undefined)[] = [];
  const tokens: unknown[] = [];
  let head = 0;
  let expired = false;
  const waiting = new Set<() => void>();
  const updates = async function* ({ after }: { after?: string }): AsyncGenerator<object> {
    asked.push(after);
    if (expired) throw new GraphQLError('start over', { extensions: { code: 'CURSOR_EXPIRED' } });
    for (let n = Number(after ?? head) + 1; ; n++) {
      while (n > head) await new Promise<void>((resolve) => waiting.add(resolve));
      yield { updates: { cursor: String(n), update: { n } } };
    }
  };
  useServer(
    {
      schema,
      roots: { subscription: { updates } },
      onConnect: ({ connectionParams }) => {
        tokens.push(connectionParams?.['token']);
      },
    },
    sockets,
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  running = { server, sockets };
  return {
    url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`,
    asked,
    tokens,
    append: () => {
      head++;
      for (const wake of waiting) wake();
      waiting.clear();
    },
    dropConnections: (code) => {
      for (const socket of sockets.clients) {
        if (code === undefined) socket.terminate();
        else socket.close(code);
      }
    },
    expire: () => {
      expired = true;
    },
  };
}

interface Follower {
  readonly got: number[];
  /** Resolves when this many updates have come. */
  reached(count: number): Promise<void>;
  readonly expired: Promise<void>;
  stop(): void;
}

function follow(url: string, start: string): Follower {
  const got: number[] = [];
  let cursor = start;
  let waiter: { count: number; resolve: () => void } | undefined;
  let onExpired: () => void = () => undefined;
  const expired = new Promise<void>((resolve) => (onExpired = resolve));
  let connections = 0;
  const { stop, client } = followUpdates<{ n: number }>({
    url,
    webSocketImpl: WebSocket,
    retryWait: () => Promise.resolve(),
    token: () => `token ${++connections}`,
    cursor: { read: () => cursor, write: (next) => (cursor = next) },
    selection: 'n',
    onUpdate: ({ n }) => {
      got.push(n);
      if (waiter !== undefined && got.length >= waiter.count) waiter.resolve();
    },
    onExpired,
  });
  return {
    got,
    expired,
    reached: (count) => new Promise((resolve) => (got.length >= count ? resolve() : (waiter = { count, resolve }))),
    stop: () => {
      stop();
      void client.dispose();
    },
  };
}

describe('the stock graphql-ws client with a cursor', () => {
  it.each([undefined, 1012, 1013, 4403])(
    'resumes after its last update when the connection ends with %s',
    async (code) => {
      const server = await startFake();
      const follower = follow(server.url, '0');
      for (let n = 0; n < 3; n++) server.append();
      await follower.reached(3);
      server.dropConnections(code);
      for (let n = 0; n < 2; n++) server.append();
      await follower.reached(5);
      follower.stop();
      expect(follower.got).toEqual([1, 2, 3, 4, 5]);
      expect(server.asked).toEqual(['0', '3']);
    },
  );

  it('asks for a token at every connection', async () => {
    const server = await startFake();
    const follower = follow(server.url, '0');
    server.append();
    await follower.reached(1);
    server.dropConnections();
    server.append();
    await follower.reached(2);
    follower.stop();
    expect(server.tokens).toEqual(['token 1', 'token 2']);
  });

  it('says when it must start over', async () => {
    const server = await startFake();
    server.expire();
    const follower = follow(server.url, '0');
    await follower.expired;
    follower.stop();
    expect(follower.got).toEqual([]);
  });
});
