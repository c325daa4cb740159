import { randomBytes } from 'node:crypto';
import { registerMany, seedPhone } from '../../src/domain/accounts/index.js';
import { compose, type App, type ComposeOptions } from '../../src/main/compose.js';
import { serve } from '../../src/main/serve.js';
import { loadConfig } from '../../src/platform/config/index.js';
import type { Alarm } from '../../src/platform/clock/port.js';
import { silentLogger } from '../../src/platform/observability/logger.js';
import { encodeId } from '../../src/api/kit/nodeIds.js';
import { connect, type WireClient } from './client.js';
import { subscribeUpdates, type Envelope, type Update } from './documents.js';
import { testDatabase } from './postgres.js';

export interface TestApp {
  readonly app: App;
  readonly url: string;
  /** Stops the server and starts another on the same data. */
  restart(): Promise<TestApp>;
  /** A second node on the same engines. Its `app.stop()` ends it. */
  another(): Promise<TestApp>;
  close(): Promise<void>;
}

/** The whole server in this process on a database of its own, listening on a free port. */
export async function testApp(
  env: Readonly<Record<string, string>> = {},
  clock?: Alarm,
  more: Pick<ComposeOptions, 'bounds'> = {},
): Promise<TestApp> {
  const database = await testDatabase();
  const settings = { PORT: '0', DATABASE_URL: database.url, MASTER_KEY: randomBytes(32).toString('hex'), ...env };
  const start = async (): Promise<TestApp> => {
    const app = await compose(loadConfig(settings), {
      logger: silentLogger,
      exclusive: false,
      ...(clock !== undefined && { clock }),
      ...more,
    });
    const url = await serve(app);
    return {
      app,
      url,
      another: start,
      restart: async () => {
        await app.stop();
        return start();
      },
      close: async () => {
        await app.stop();
        await database.close();
      },
    };
  };
  return start();
}

/** A person with one device, who speaks the public API only and keeps what the device was told. */
export interface Actor {
  readonly accountId: string;
  readonly deviceId: string;
  readonly token: string;
  readonly client: WireClient;
  readonly updates: Envelope[];
  /** The cursor of the last update. */
  readonly cursor: string | undefined;
  /** To the server that it was made for, or to another address of it. */
  connect(url?: string): Promise<void>;
  /** Subscribes to everything after the cursor; resolves once live. */
  follow(after?: string): Promise<void>;
  /** Resolves when an update, past or coming, is such a one. */
  sees(matches: (update: Update) => boolean): Promise<Update>;
  /** Resolves with the code and the reason when the socket ends. */
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>;
}

let phones = 0;

/** New accounts, each on a connected device. */
export async function actors(server: TestApp, count: number): Promise<Actor[]> {
  const accounts = Array.from({ length: count }, () => ({ phone: seedPhone(phones++), name: `Actor ${phones}` }));
  const seeded = await registerMany(server.app.seedDeps, accounts);
  return Promise.all(
    seeded.map(async ({ accountId, deviceId }) => {
      const { accessToken } = await server.app.handlers.accounts.issueTokens({ accountId, deviceId });
      const made = actor(server.url, accountId, deviceId, accessToken);
      await made.connect();
      return made;
    }),
  );
}

function actor(url: string, account: string, device: string, token: string): Actor {
  const updates: Envelope[] = [];
  const watchers = new Set<() => void>();
  let client: WireClient | undefined;
  let closed: Actor['closed'] = new Promise(() => undefined);
  return {
    accountId: encodeId('account', account),
    deviceId: encodeId('device', device),
    token,
    updates,
    get client() {
      if (client === undefined) throw new Error('not connected');
      return client;
    },
    get cursor() {
      return updates.at(-1)?.cursor;
    },
    get closed() {
      return closed;
    },
    async connect(elsewhere = url) {
      const connected = await connect(elsewhere, { token });
      client = connected;
      closed = new Promise((resolve) => {
        connected.onClose = (code, reason) => {
          resolve({ code, reason });
        };
      });
    },
    follow(after) {
      return new Promise((resolve, reject) => {
        subscribeUpdates(
          this.client,
          after,
          (envelope) => {
            updates.push(envelope);
            for (const watcher of watchers) watcher();
            if (envelope.update.__typename === 'CursorAdvanced') resolve();
          },
          (error) => {
            if (error !== undefined) reject(error);
          },
        );
      });
    },
    sees(matches) {
      return new Promise((resolve) => {
        const look = (): void => {
          const found = updates.find(({ update }) => matches(update));
          if (found === undefined) return;
          watchers.delete(look);
          resolve(found.update);
        };
        watchers.add(look);
        look();
      });
    },
  };
}
