import { createClient, type Client, type ClientOptions } from 'graphql-ws';

/** Where the application keeps the cursor: written after an update was stored, so that a crash repeats nothing and skips nothing. */
export interface CursorStore {
  read(): string | undefined;
  write(cursor: string): void;
}

export interface Envelope<Update> {
  readonly cursor: string;
  readonly update: Update;
}

export interface UpdatesOptions<Update> extends Pick<ClientOptions, 'webSocketImpl' | 'retryWait' | 'retryAttempts'> {
  readonly url: string;
  /** Asked again at every connection, so that a refreshed token is used. */
  readonly token: () => string | Promise<string>;
  readonly cursor: CursorStore;
  /** The fields of `update` to select, for example `__typename ... on MessageAdded { conversationId message { id seq } }`. */
  readonly selection: string;
  readonly onUpdate: (update: Update) => void;
  /** The server cannot serve the cursor any more (CURSOR_EXPIRED): take a snapshot, store its cursor, start again. */
  readonly onExpired: () => void;
  readonly onError?: (error: unknown) => void;
}

/** Follows `updates` for ever, without a gap and without a duplicate, over any number of lost connections. */
export function followUpdates<Update>(options: UpdatesOptions<Update>): {
  readonly client: Client;
  readonly stop: () => void;
} {
  const { url, token, cursor, selection, onUpdate, onExpired, onError, ...retry } = options;
  const client = createClient({
    url,
    connectionParams: async () => ({ token: await token() }),
    retryAttempts: Infinity,
    shouldRetry: () => true,
    ...retry,
  });
  // The stock client repeats a subscription with the variables object of its first start: a getter gives it today's cursor.
  const variables = {
    get after() {
      return cursor.read();
    },
  };
  const fail = (error: unknown): void => {
    const codes = Array.isArray(error)
      ? error.map((one: { extensions?: { code?: string } }) => one.extensions?.code)
      : [];
    if (codes.includes('CURSOR_EXPIRED')) onExpired();
    else onError?.(error);
  };
  const query = `subscription Updates($after: Cursor) { updates(after: $after) { cursor update { ${selection} } } }`;
  const stop = client.subscribe<{ updates: Envelope<Update> }>(
    { query, variables },
    {
      next: ({ data, errors }) => {
        if (data == null) {
          fail(errors);
          return;
        }
        onUpdate(data.updates.update);
        cursor.write(data.updates.cursor);
      },
      error: fail,
      complete: () => undefined,
    },
  );
  return { client, stop };
}
