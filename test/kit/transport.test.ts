import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocketServer, type WebSocket } from 'ws';
import { leanTransport, webSocketTransport, type Transport } from './transport.js';

let server: WebSocketServer | undefined;
afterEach(() => {
  for (const client of server?.clients ?? []) client.terminate();
  server?.close();
});

interface Opened {
  readonly transport: Transport;
  readonly peer: WebSocket;
  readonly closed: Promise<readonly [number, string]>;
  /** The next texts that arrive. */
  texts(count: number): Promise<string[]>;
}

async function open(make: typeof leanTransport): Promise<Opened> {
  server = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate: false });
  await new Promise((resolve) => server?.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  const peers = new Promise<WebSocket>((resolve) => server?.once('connection', resolve));
  const got: string[] = [];
  let wake: () => void = () => undefined;
  let onClose: (end: readonly [number, string]) => void = () => undefined;
  const closed = new Promise<readonly [number, string]>((resolve) => (onClose = resolve));
  let onOpen: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => (onOpen = resolve));
  const transport = make(
    `ws://127.0.0.1:${port}/graphql`,
    { localAddress: '127.0.0.3', timeoutMs: 5000 },
    {
      onOpen: () => onOpen(),
      onError: (error) => {
        throw error;
      },
      onClose: (code, reason) => onClose([code, reason]),
      onText: (text) => {
        got.push(text);
        wake();
      },
    },
  );
  await opened;
  const texts = async (count: number): Promise<string[]> => {
    while (got.length < count) await new Promise<void>((resolve) => (wake = resolve));
    return got.splice(0, count);
  };
  return { transport, peer: await peers, closed, texts };
}

describe.each([
  ['lean', leanTransport],
  ['stock', webSocketTransport],
] as const)('the %s transport', (_, make) => {
  it('carries texts of every frame size, many in one packet', async () => {
    const { transport, peer, texts } = await open(make);
    const sizes = [1, 125, 126, 127, 65_535, 65_536, 200_000];
    const sent = sizes.map((size) => 'ж'.repeat(Math.ceil(size / 2)));
    peer.on('message', (data: Buffer) => peer.send(data.toString()));
    for (const text of sent) transport.send(text);
    expect(await texts(sent.length)).toEqual(sent);
  });

  it('answers pings', async () => {
    const { peer } = await open(make);
    const pong = new Promise<string>((resolve) => peer.once('pong', (data) => resolve(data.toString())));
    peer.ping('still there?');
    expect(await pong).toBe('still there?');
  });

  it('tells the close code and reason', async () => {
    const { transport, peer, closed } = await open(make);
    peer.close(4403, 'the token ended');
    expect(await closed).toEqual([4403, 'the token ended']);
    expect(transport.open).toBe(false);
  });

  it('closes politely', async () => {
    const { transport, peer } = await open(make);
    const code = new Promise<number>((resolve) => peer.once('close', resolve));
    transport.close();
    expect(await code).toBe(1000);
  });
});
