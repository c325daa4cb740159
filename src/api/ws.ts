import type { IncomingMessage, Server } from 'node:http';
import type { Socket } from 'node:net';
import {
  createSourceEventStream,
  type ExecutionArgs,
  type ExecutionResult,
  type GraphQLSchema,
  type ValidationRule,
} from 'graphql';
import { handleProtocols, makeServer } from 'graphql-ws';
import { WebSocketServer, type WebSocket } from 'ws';
import { authenticate, makeContext, type ApiContext, type Services } from './kit/context.js';
import type { PresentError } from './kit/errors.js';
import { DOCUMENT_LIMITS } from './kit/limits.js';
import type { LiveHub } from './live/hub.js';
import { PipedSource } from './live/piped.js';
import { CloseCode, Connection } from './socket/connection.js';
import { documents, type PreparedDocument } from './socket/documents.js';
import { flusher } from './socket/outbox.js';
import { connectionRegistry, type AccountSockets } from './socket/registry.js';

export interface SocketServerDeps {
  readonly http: Server;
  readonly schema: GraphQLSchema;
  readonly rules: readonly ValidationRule[];
  readonly services: Services;
  readonly hub: Pick<LiveHub, 'onDeviceRevoked'>;
  readonly presence: AccountSockets;
  readonly present: PresentError;
  /** Milliseconds between pings; a socket that has not answered one by the next is dead. */
  readonly heartbeatMs?: number;
}

export interface SocketServer {
  readonly connections: number;
  /** Tells every client to resume elsewhere, and closes. */
  stop(): Promise<void>;
}

interface PreparedArgs extends ExecutionArgs {
  readonly prepared: PreparedDocument;
  readonly connection: Connection;
  readonly id: string;
}

interface Extra {
  readonly connection: Connection;
}

const PATH = '/graphql';

const HEARTBEAT_MS = 12_000;

/** GraphQL over WebSocket (graphql-transport-ws) on the same port as HTTP. Closes with 1012, 1013, 4401 and 4403 as docs/protocol says. */
export function createSocketServer(deps: SocketServerDeps): SocketServer {
  const { schema, services, present } = deps;
  const writes = flusher();
  const prepared = documents(schema, deps.rules);
  const registry = connectionRegistry({
    clock: services.clock,
    heartbeatMs: deps.heartbeatMs ?? HEARTBEAT_MS,
    presence: deps.presence,
  });
  deps.hub.onDeviceRevoked((deviceId) => {
    registry.closeDevice(deviceId, CloseCode.sessionEnded, 'the device was signed out');
  });

  const shown = (result: ExecutionResult): ExecutionResult =>
    result.errors === undefined
      ? result
      : ({
          ...result,
          errors: result.errors.map((error) => ({ toJSON: () => present(error) })),
        } as unknown as ExecutionResult);

  const protocol = makeServer<Record<string, unknown>, Extra>({
    async onConnect({ connectionParams, extra: { connection } }) {
      const token = connectionParams?.['token'];
      if (token === undefined || token === null || token === '') return true;
      const session = typeof token === 'string' ? await authenticate(services, token) : null;
      if (session === null) {
        connection.close(CloseCode.invalidToken, 'the token is not valid: refresh the session');
        return undefined;
      }
      registry.signIn(connection, session);
      return true;
    },
    onSubscribe({ extra: { connection } }, id, payload) {
      const document = prepared.prepare(payload.query, payload.operationName);
      if (!('execute' in document)) return document;
      return {
        schema,
        document: document.document,
        operationName: payload.operationName,
        variableValues: payload.variables,
        rootValue: undefined,
        contextValue: contextOf(services, connection),
        prepared: document,
        connection,
        id,
      } as PreparedArgs;
    },
    async execute(args) {
      const { prepared: document, contextValue, variableValues } = args as PreparedArgs;
      return shown(await document.execute(undefined, contextValue, variableValues));
    },
    async subscribe(args) {
      const { prepared: document, connection, id, variableValues, ...standard } = args as PreparedArgs;
      const source = await createSourceEventStream({ ...standard, variableValues });
      if (source instanceof PipedSource) return connection.stream(source, id, document, variableValues);
      return shown(source as ExecutionResult);
    },
    onError: (_context, _id, _payload, errors) => errors.map((error) => present(error)),
  });

  const server = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    maxPayload: DOCUMENT_LIMITS.bodyBytes,
    handleProtocols,
    clientTracking: false,
  });
  const accept = (ws: WebSocket, request: IncomingMessage): void => {
    const connection = new Connection(ws, request.socket, request.socket.remoteAddress ?? '', {
      registry,
      flusher: writes,
    });
    registry.add(connection);
    let handle: ((data: string) => Promise<void>) | undefined;
    const closed = protocol.opened(
      {
        protocol: ws.protocol,
        send: connection.send,
        close: (code, reason) => {
          connection.close(code ?? 1000, reason ?? '');
        },
        onMessage: (listener) => {
          handle = listener;
        },
      },
      { connection },
    );
    ws.on('message', (data: Buffer) => {
      handle?.(data.toString()).catch((error: unknown) => {
        present(error);
        connection.close(1011, 'internal error');
      });
    });
    ws.on('pong', () => {
      connection.alive = true;
    });
    // The close that follows is what ends the connection.
    ws.on('error', () => undefined);
    ws.once('close', (code: number, reason: Buffer) => {
      connection.detach();
      registry.remove(connection);
      void closed(code, reason.toString());
    });
  };
  const upgrade = (request: IncomingMessage, socket: Socket, head: Buffer): void => {
    if (request.url?.split('?')[0] === PATH) server.handleUpgrade(request, socket, head, accept);
    else socket.end('HTTP/1.1 404 Not Found\r\n\r\n');
  };
  deps.http.on('upgrade', upgrade);

  return {
    get connections() {
      return registry.size;
    },
    stop() {
      deps.http.off('upgrade', upgrade);
      return registry.closeAll(CloseCode.serviceRestart, 'the server restarts: resume from your cursor');
    },
  };
}

function contextOf(services: Services, connection: Connection): ApiContext {
  return makeContext(services, {
    session: connection.session,
    address: connection.address,
    transport: 'socket',
    socket: connection,
  });
}
