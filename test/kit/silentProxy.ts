import { connect, createServer, type AddressInfo, type NetConnectOpts, type Socket } from 'node:net';

/** Stands between an adapter and its engine. While it is silent nothing passes, and no connection breaks. */
export interface SilentProxy {
  readonly port: number;
  /** For Postgres. */
  readonly connectionString: string;
  /** What the server says is lost; what the client says still reaches it. */
  holdAnswers(): void;
  /** Nothing passes either way, on new connections as well; nothing breaks, and nothing is lost. */
  partition(): void;
  /** What was held goes on. */
  heal(): void;
  /** What is connected now stays so, and is silent for ever; new connections pass. */
  forget(): void;
  /** Breaks every connection, and lets new ones pass. */
  breakAll(): void;
  /** Breaks every connection, and refuses new ones. */
  refuse(): void;
  close(): Promise<void>;
}

export async function silentProxy(target: string): Promise<SilentProxy> {
  const { to, database } = upstreamOf(target);
  const sockets = new Set<Socket>();
  let holding = false;
  let refusing = false;
  let partitioned = false;
  const server = createServer((client) => {
    if (refusing) return client.destroy();
    const upstream = connect(to);
    for (const [socket, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        sockets.delete(socket);
        // Who is cut off does not hear that the other has given up.
        if (!partitioned) other.destroy();
      });
    }
    if (partitioned) for (const socket of [client, upstream]) socket.pause();
    client.on('data', (bytes) => upstream.write(bytes));
    upstream.on('data', (bytes) => {
      if (!holding) client.write(bytes);
    });
    return undefined;
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const breakAll = (): void => {
    holding = false;
    refusing = false;
    for (const socket of sockets) socket.destroy();
  };
  return {
    port,
    connectionString: `postgres://postgres@127.0.0.1:${port}/${database}`,
    holdAnswers: () => (holding = true),
    partition() {
      partitioned = true;
      for (const socket of sockets) socket.pause();
    },
    heal() {
      partitioned = false;
      for (const socket of sockets) socket.resume();
    },
    forget() {
      for (const socket of sockets) socket.pause();
    },
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

/** The embedded server listens on a Unix socket in the folder that `host` names. */
function upstreamOf(target: string): { to: NetConnectOpts; database: string } {
  const url = new URL(target);
  const folder = url.searchParams.get('host');
  const to = folder === null ? { host: url.hostname, port: Number(url.port) } : { path: `${folder}/.s.PGSQL.5432` };
  return { to, database: url.pathname.slice(1) };
}
