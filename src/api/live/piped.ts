/** On its way to any number of sockets: what it says is rendered once per document and kept on it. */
export interface Renderable {
  /** By what identifies the document and its variables: the end of the frame, from the payload on. */
  readonly rendered: Map<object, Buffer>;
  /** Whether it goes to many sockets at once. */
  readonly wide?: boolean;
}

/** Where a source puts what it has to say. */
export interface Sink<I extends Renderable> {
  deliver(item: I): void;
  /** A promise while the socket has more to write than it should; who has much to say waits for it. */
  writable(): Promise<void> | undefined;
  /** The source is at its end: in order, or with an error for the client. */
  end(error?: Error): void;
}

/** What a subscription's resolver gives to the socket layer, which pipes it past graphql-js's iterators. */
export abstract class PipedSource<I extends Renderable> implements AsyncIterable<never> {
  /** Starts giving items to `sink`, once. */
  abstract pipe(sink: Sink<I>): void;
  /** The client or the socket is gone. */
  abstract stop(): void;
  /** The value of the subscription's root field. Only asked for when the item has not been rendered for the document. */
  abstract payload(item: I): unknown;

  [Symbol.asyncIterator](): AsyncIterator<never> {
    throw new Error('a subscription is given to a socket by pipe()');
  }
}
