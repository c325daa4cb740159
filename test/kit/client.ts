import { leanTransport, webSocketTransport, type Transport } from './transport.js';

/**
 * A lean GraphQL-over-WebSocket client (graphql-transport-ws) for load drivers: one socket, no retries, no parsing of
 * documents. Reconnecting and keeping the cursor is the caller's work, because that is what the drivers measure.
 */
export interface WireClient {
  /** One query or mutation. Rejects with `WireError` on GraphQL errors and when the socket closes first. */
  run<T>(query: string, variables?: object): Promise<T>;
  /** A subscription; `onEnd` gets undefined when the server completes it. Returns the way to stop it. */
  subscribe<T>(
    query: string,
    variables: object,
    onNext: (data: T) => void,
    onEnd?: (error: WireError | undefined) => void,
  ): () => void;
  /** Called once, with the close code, when the socket ends for whatever reason. */
  onClose: ((code: number, reason: string) => void) | undefined;
  readonly pending: number;
  close(): void;
  /** Drops the socket without a closing handshake, as a dead network would. */
  terminate(): void;
}

export interface ConnectOptions {
  readonly token?: string;
  /** The loopback address to come from: one address has 28,000 ports or so. */
  readonly localAddress?: string;
  readonly timeoutMs?: number;
  /** With the least work for this process; default is what applications use. */
  readonly lean?: boolean;
}

/** `code` is `extensions.code` of the first error, or `CLOSED`. */
export class WireError extends Error {
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
    this.name = 'WireError';
  }
}

interface GraphqlError {
  readonly message: string;
  readonly extensions?: { readonly code?: string };
}
interface Payload {
  readonly data?: unknown;
  readonly errors?: readonly GraphqlError[];
}
type Frame =
  | { readonly type: 'connection_ack' | 'ping' | 'pong' }
  | { readonly type: 'next'; readonly id: string; readonly payload: Payload }
  | { readonly type: 'error'; readonly id: string; readonly payload: readonly GraphqlError[] }
  | { readonly type: 'complete'; readonly id: string };
interface Operation {
  readonly next: (payload: Payload) => void;
  readonly end: (error: WireError | undefined) => void;
}

const failure = (errors: readonly GraphqlError[]): WireError =>
  new WireError(errors[0]?.extensions?.code ?? 'UNKNOWN', errors.map((error) => error.message).join('; '));

/** Resolves when the server has acknowledged the connection. `url` is http://… or ws://… of the server or its /graphql. */
export function connect(url: string, options: ConnectOptions = {}): Promise<WireClient> {
  const operations = new Map<string, Operation>();
  let lastId = 0;
  let socket: Transport | undefined;
  const start = (query: string, variables: object, operation: Operation): string => {
    const id = String(++lastId);
    if (socket?.open !== true) {
      queueMicrotask(() => operation.end(new WireError('CLOSED', 'the socket is closed')));
      return id;
    }
    operations.set(id, operation);
    socket.send(JSON.stringify({ id, type: 'subscribe', payload: { query, variables } }));
    return id;
  };
  const client: WireClient = {
    onClose: undefined,
    get pending() {
      return operations.size;
    },
    run: <T>(query: string, variables: object = {}) =>
      new Promise<T>((resolve, reject) => {
        start(query, variables, {
          next: (payload) => {
            if (payload.errors === undefined) resolve(payload.data as T);
            else reject(failure(payload.errors));
          },
          end: (error) => reject(error ?? new WireError('EMPTY', 'completed without a result')),
        });
      }),
    subscribe: <T>(query: string, variables: object, onNext: (data: T) => void, onEnd?: Operation['end']) => {
      const id = start(query, variables, {
        next: (payload) => {
          if (payload.errors === undefined) onNext(payload.data as T);
          else onEnd?.(failure(payload.errors));
        },
        end: (error) => onEnd?.(error),
      });
      return () => {
        if (operations.delete(id) && socket?.open === true) socket.send(JSON.stringify({ id, type: 'complete' }));
      };
    },
    close: () => socket?.close(),
    terminate: () => socket?.terminate(),
  };
  return new Promise((resolve, reject) => {
    const timeoutMs = options.timeoutMs ?? 30_000;
    const timer = setTimeout(() => {
      socket?.terminate();
      reject(new WireError('TIMEOUT', 'no connection_ack in time'));
    }, timeoutMs);
    const init = JSON.stringify({
      type: 'connection_init',
      ...(options.token === undefined ? {} : { payload: { token: options.token } }),
    });
    const onText = (text: string): void => {
      const frame = JSON.parse(text) as Frame;
      switch (frame.type) {
        case 'next':
          operations.get(frame.id)?.next(frame.payload);
          break;
        case 'ping':
          socket?.send('{"type":"pong"}');
          break;
        case 'connection_ack':
          clearTimeout(timer);
          resolve(client);
          break;
        case 'error':
        case 'complete': {
          const operation = operations.get(frame.id);
          operations.delete(frame.id);
          operation?.end(frame.type === 'error' ? failure(frame.payload) : undefined);
          break;
        }
        case 'pong':
          break;
      }
    };
    const onClose = (code: number, reason: string): void => {
      clearTimeout(timer);
      const error = new WireError('CLOSED', `closed ${code} ${reason}`.trim());
      reject(error);
      for (const operation of operations.values()) operation.end(error);
      operations.clear();
      client.onClose?.(code, reason);
    };
    const transport = options.lean === true ? leanTransport : webSocketTransport;
    socket = transport(
      socketUrl(url),
      { localAddress: options.localAddress, timeoutMs },
      { onOpen: () => socket?.send(init), onText, onError: reject, onClose },
    );
  });
}

function socketUrl(url: string): string {
  const base = url.replace(/^http/, 'ws').replace(/\/$/, '');
  return base.endsWith('/graphql') ? base : `${base}/graphql`;
}
