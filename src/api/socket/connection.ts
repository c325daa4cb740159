import type { Socket } from 'node:net';
import { WebSocket } from 'ws';
import type { Session, SocketHandle } from '../kit/context.js';
import type { PipedSource, Renderable, Sink } from '../live/piped.js';
import type { PreparedDocument } from './documents.js';
import { Outbox, type Flusher } from './outbox.js';
import type { ConnectionRegistry } from './registry.js';

/** Bytes that may wait for a slow reader before its socket is closed with 1013. */
const MAX_QUEUED = 4 * 1024 * 1024;
/** Bytes past which a replay waits. */
const HIGH_WATER = 256 * 1024;

export const CloseCode = { serviceRestart: 1012, tryAgainLater: 1013, invalidToken: 4401, sessionEnded: 4403 } as const;

/** One socket: what it is signed in as, what it is subscribed to, and what is on its way to it. */
export class Connection implements SocketHandle {
  session: Session | null = null;
  alive = true;
  private readonly sources = new Set<{ stop(): void }>();
  private readonly registry: Pick<ConnectionRegistry, 'signIn'>;
  private readonly outbox: Outbox;

  constructor(
    readonly ws: WebSocket,
    private readonly socket: Socket,
    readonly address: string,
    { registry, flusher }: { readonly registry: Pick<ConnectionRegistry, 'signIn'>; readonly flusher: Flusher },
  ) {
    this.registry = registry;
    this.outbox = new Outbox(ws, socket, flusher, this.checkReader);
  }

  readonly send = (text: string): void => {
    if (this.ws.readyState === WebSocket.OPEN) this.outbox.pushText(text);
  };

  renew(session: Session): void {
    this.registry.signIn(this, session);
  }

  close(code: number, reason: string): void {
    this.detach();
    this.outbox.flush();
    this.ws.close(code, reason);
  }

  /** Stops every subscription, without telling the client. */
  detach(): void {
    for (const source of this.sources) source.stop();
    this.sources.clear();
  }

  /** Gives a source's items to the client as `next` messages of the subscription `id`; resolves at its end. */
  stream<I extends Renderable>(
    source: PipedSource<I>,
    id: string,
    prepared: PreparedDocument,
    variables: Variables,
  ): UpdateStream {
    const prefix = Buffer.from(`{"id":${JSON.stringify(id)},"type":"next","payload":`);
    const key = prepared.renderKey(variables);
    const { outbox, ws } = this;
    let settle: { resolve(): void; reject(error: Error): void } | undefined;
    const ended = new Promise<void>((resolve, reject) => (settle = { resolve, reject }));
    const stop = (): void => {
      this.sources.delete(source);
      source.stop();
      settle?.resolve();
    };
    const sink: Sink<I> = {
      deliver: (item) => {
        if (ws.readyState !== WebSocket.OPEN) return;
        const payload = item.rendered.get(key) ?? render(item, source, key, prepared, variables);
        if (item.wide) outbox.pushPaced(prefix, payload);
        else outbox.push(prefix, payload);
      },
      writable: () => {
        if (outbox.size > HIGH_WATER) outbox.flush();
        return ws.bufferedAmount > HIGH_WATER ? this.drained() : undefined;
      },
      end: (error) => {
        this.sources.delete(source);
        if (error === undefined) settle?.resolve();
        else settle?.reject(error);
      },
    };
    this.sources.add(source);
    source.pipe(sink);
    return updateStream(ended, stop);
  }

  private readonly checkReader = (): void => {
    // What is left now is what the kernel did not take.
    if (this.ws.bufferedAmount > MAX_QUEUED) this.close(CloseCode.tryAgainLater, 'too slow: resume from your cursor');
  };

  private drained(): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        this.socket.off('drain', done);
        this.socket.off('close', done);
        resolve();
      };
      this.socket.on('drain', done);
      this.socket.on('close', done);
    });
  }
}

type Variables = Readonly<Record<string, unknown>> | null | undefined;

/** The payload of the frame and the end of it, once for all that subscribe with the same document. */
function render<I extends Renderable>(
  item: I,
  source: PipedSource<I>,
  key: object,
  prepared: PreparedDocument,
  variables: Variables,
): Buffer {
  const result = prepared.execute({ [prepared.rootField]: source.payload(item) }, undefined, variables);
  if (result instanceof Promise) throw new Error('what a subscription says must resolve from its payload alone');
  const payload = Buffer.from(`${JSON.stringify(result)}}`);
  item.rendered.set(key, payload);
  return payload;
}

/** What graphql-ws waits on while frames go out beside it. It is told to stop by `return`, as a generator would be. */
export type UpdateStream = AsyncGenerator<never, void, void>;

function updateStream(ended: Promise<void>, stop: () => void): UpdateStream {
  const done = { done: true as const, value: undefined };
  const stream = {
    next: () => ended.then(() => done),
    return() {
      stop();
      return Promise.resolve(done);
    },
    throw() {
      stop();
      return Promise.resolve(done);
    },
    [Symbol.asyncIterator]: () => stream,
    [Symbol.asyncDispose]() {
      stop();
      return Promise.resolve();
    },
    [Symbol.toStringTag]: 'AsyncGenerator',
  };
  return stream;
}
