import pg from 'pg';
import { clientConfig } from '../../readStore/pool.js';

/** Every value as the text that Postgres sent: the adapter parses its own columns, whatever the pool's parsers do. */
export const rawTypes: pg.CustomTypesConfig = {
  getTypeParser: () => (text: string) => text,
};

/** A session of its own. `onLost` is told (perhaps twice) when it has broken or was ended, but not when it never began. */
export async function connect(
  connectionString: string,
  name: string,
  onLost: (session: pg.Client) => void,
): Promise<pg.Client> {
  const client = new pg.Client(clientConfig(connectionString, name));
  client.on('error', () => undefined);
  await client.connect();
  client.on('error', () => onLost(client));
  client.on('end', () => onLost(client));
  return client;
}

/** Ends a session whatever state it is in; an active query is cut off. */
export function discard(client: pg.Client): void {
  client.end().catch(() => undefined);
}

/** Milliseconds before attempt n (from 0), with jitter so that many processes do not come back at once. */
export function backoff(attempt: number): number {
  const ceiling = Math.min(2_000, 50 * 2 ** Math.min(attempt, 6));
  return ceiling / 2 + (performance.now() % 1) * (ceiling / 2);
}

/** A wait that `wake` cuts short. */
export interface Pause {
  (ms: number): Promise<void>;
  wake(): void;
}

export function pause(): Pause {
  let wake = (): void => undefined;
  const wait = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  return Object.assign(wait, { wake: () => wake() });
}
