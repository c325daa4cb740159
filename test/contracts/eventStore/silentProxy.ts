import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** Stands between an adapter and Postgres. While it is silent nothing passes, and no connection breaks. */
export interface SilentProxy {
  readonly connectionString: string;
  /** What the server says is kept back; what the client says still reaches it. */
  holdAnswers(): void;
  /** Breaks every connection, and lets new ones pass. */
  breakAll(): void;
  /** Breaks every connection, and refuses new ones. */
  refuse(): void;
  close(): Promise<void>;
}

export async function silentProxy(target: string): Promise<SilentProxy> {
  const url = new URL(target);
  const sockets = new Set<Socket>();
  let holding = false;
  let refusing = false;
  const server = createServer((client) => {
    if (refusing) return client.destroy();
    const upstream = connect({ host: url.hostname, port: Number(url.port) });
    for (const [socket, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        sockets.delete(socket);
        other.destroy();
      });
    }
    client.on('data', (bytes) => upstream.write(bytes));
    upstream.on('data', (bytes) => {
      if (!holding) client.write(bytes);
    });
    return undefined;
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const own = new URL(target);
  own.host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const breakAll = (): void => {
    holding = false;
    refusing = false;
    for (const socket of sockets) socket.destroy();
  };
  return {
    connectionString: own.href,
    holdAnswers: () => (holding = true),
    breakAll,
    refuse() {
      breakAll();
      refusing = true;
    },
    async close() {
      breakAll();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
