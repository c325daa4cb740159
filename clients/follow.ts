import { createClient, type Client } from 'graphql-ws';

/** Where a device keeps what it knows. */
export interface Store {
  /** Null before the first snapshot, and after `forgetCursor`. */
  cursor(): string | null;
  /** Stores the update and the cursor in one transaction. */
  apply(update: { readonly __typename: string }, cursor: string): Promise<void>;
  /** Stores a snapshot's conversations and its cursor in one transaction. */
  reset(conversations: readonly object[], cursor: string): Promise<void>;
  forgetCursor(): Promise<void>;
}

export interface Documents {
  /** `query { snapshot { cursor conversations { edges { node { … } } } } }` */
  readonly snapshot: string;
  /** `subscription ($after: Cursor) { updates(after: $after) { cursor update { __typename … } } }` */
  readonly updates: string;
}

interface Answers {
  readonly snapshot: {
    readonly cursor: string;
    readonly conversations: { readonly edges: readonly { node: object }[] };
  };
  readonly updates: { readonly cursor: string; readonly update: { readonly __typename: string } };
}

/**
 * Follows the updates of an account until `signal` aborts: no gap and no repeat, through lost connections.
 * @param token gives an access token; `rejected` says that the last one was not taken, so refresh it. It throws when the
 *   session is over, and that ends this too.
 */
export async function follow(
  url: string,
  token: (rejected: boolean) => Promise<string>,
  documents: Documents,
  store: Store,
  signal: AbortSignal,
): Promise<void> {
  let rejected = false;
  for (let failures = 0; !signal.aborted; failures += 1) {
    // Retries of its own would repeat the subscription with its first cursor, and so what has come since.
    const client = createClient({ url, connectionParams: { token: await token(rejected) }, retryAttempts: 0 });
    const stop = (): void => void client.dispose();
    signal.addEventListener('abort', stop);
    try {
      if (store.cursor() === null) await startOver(client, documents, store);
      const variables = { after: store.cursor() };
      for await (const { data, errors } of client.iterate<Answers>({ query: documents.updates, variables })) {
        if (!data) throw new Refused(errors);
        await store.apply(data.updates.update, data.updates.cursor);
        failures = 0;
      }
    } catch (error) {
      rejected = isClose(error) && (error.code === 4401 || error.code === 4403);
      if (codeOf(error) === 'CURSOR_EXPIRED') await store.forgetCursor();
    } finally {
      signal.removeEventListener('abort', stop);
      await client.dispose();
    }
    await backOff(failures, signal);
  }
}

async function startOver(client: Client, documents: Documents, store: Store): Promise<void> {
  for await (const { data, errors } of client.iterate<Answers>({ query: documents.snapshot })) {
    if (!data) throw new Refused(errors);
    const { conversations, cursor } = data.snapshot;
    await store.reset(
      conversations.edges.map((edge) => edge.node),
      cursor,
    );
  }
}

class Refused extends Error {
  constructor(readonly errors: unknown) {
    super('the server refused the operation');
  }
}

/** An operation that is refused as a whole comes as an array of errors, one that is refused in execution as `Refused`. */
function codeOf(error: unknown): unknown {
  const errors = error instanceof Refused ? error.errors : error;
  if (!Array.isArray(errors)) return undefined;
  return (errors[0] as { extensions?: { code?: unknown } } | undefined)?.extensions?.code;
}

function isClose(error: unknown): error is { readonly code: number } {
  return typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'number';
}

function backOff(failures: number, signal: AbortSignal): Promise<void> {
  const milliseconds = Math.min(30_000, 250 * 2 ** Math.min(failures, 8)) * (0.5 + Math.random() / 2);
  return new Promise((resolve) => {
    const timer = setTimeout(done, milliseconds);
    function done(): void {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    }
    if (signal.aborted) done();
    else signal.addEventListener('abort', done);
  });
}
