import { createHmac, createSecretKey, randomBytes } from 'node:crypto';
import { accountHandlers, type AccountHandlers, type DeviceRow } from '../../../src/domain/accounts/index.js';
import type { Clock } from '../../../src/platform/clock/port.js';
import { postgresEventStore } from '../../../src/platform/eventStore/postgres/index.js';
import type { EventStore, StoredEvent } from '../../../src/platform/eventStore/port.js';
import type { Ids } from '../../../src/platform/ids/port.js';
import { masterKeyOf } from '../../../src/platform/keys/masterKey.js';
import type { KeyStore, SubjectKey } from '../../../src/platform/keys/port.js';
import type { Limiter } from '../../../src/platform/limits/port.js';
import type { ReadStore } from '../../../src/platform/readStore/port.js';
import type { SmsMessage } from '../../../src/platform/sms/port.js';
import { jwtAccessTokens } from '../../../src/platform/tokens/jwt.js';
import type { AccessTokens, KeyWrap } from '../../../src/platform/tokens/port.js';
import { signingKeys } from '../../../src/platform/tokens/signingKeys.js';
import { createLogger } from '../../../src/platform/observability/logger.js';
import { testDatabase } from '../../kit/postgres.js';

export const TTL_MS = 15 * 60_000;
export const testWrap: KeyWrap = masterKeyOf(Buffer.alloc(32, 1));

export interface AccountsFixture {
  readonly handlers: AccountHandlers;
  readonly eventStore: EventStore;
  readonly keys: KeyStore;
  readonly ids: Ids;
  readonly clock: Clock & { advance(ms: number): void };
  readonly tokens: AccessTokens;
  readonly readStore: Pick<ReadStore, 'pool' | 'transaction'>;
  /** Text messages, oldest first. */
  readonly sent: SmsMessage[];
  /** What the read model is made to say of devices; empty until a test fills it. */
  readonly rows: Map<string, DeviceRow>;
  /** What the limiter was asked; `refuse` makes it say no to that limit. */
  readonly taken: string[];
  readonly refuse: Set<string>;
  /** Another node on the same log and tables. */
  otherNode(): AccountHandlers;
  events(stream: string): Promise<StoredEvent[]>;
  close(): Promise<void>;
}

export async function accountsFixture(): Promise<AccountsFixture> {
  const database = await testDatabase();
  const { pool } = database;
  let now = 1_790_000_000_000;
  const clock = {
    now: () => now,
    advance: (ms: number) => {
      now += ms;
    },
  };
  let counter = 0;
  const ids: Ids = { next: () => `00000000-0000-7000-8000-${(++counter).toString(16).padStart(12, '0')}` };
  const keys = memoryKeys();
  const eventStore = postgresEventStore({
    pool,
    listenConnectionString: database.connectionString,
    clock,
    logger: createLogger({ level: 'silent' }),
  });
  const sent: SmsMessage[] = [];
  const taken: string[] = [];
  const refuse = new Set<string>();
  const rows = new Map<string, DeviceRow>();
  const limiter: Limiter = {
    take(limit) {
      taken.push(limit);
      return Promise.resolve(refuse.has(limit) ? { ok: false, retryAfterMs: 1000 } : { ok: true });
    },
  };
  const tokens = jwtAccessTokens({
    keys: signingKeys({ pool, wrap: testWrap, clock, newKid: () => ids.next(), tokenTtlMs: TTL_MS }),
    clock,
    ttlMs: TTL_MS,
  });
  const sms = {
    send(message: SmsMessage) {
      sent.push(message);
      return Promise.resolve();
    },
  };
  const node = (): AccountHandlers =>
    accountHandlers({
      eventStore,
      keys,
      clock,
      ids,
      limiter,
      sms,
      tokens,
      readStore: database,
      findDevices: (wanted) => Promise.resolve(new Map([...rows].filter(([id]) => wanted.includes(id)))),
    });
  return {
    handlers: node(),
    otherNode: node,
    eventStore,
    keys,
    ids,
    clock,
    tokens,
    readStore: database,
    sent,
    rows,
    taken,
    refuse,
    async events(stream) {
      const events: StoredEvent[] = [];
      for await (const event of eventStore.readStream(stream)) events.push(event);
      return events;
    },
    async close() {
      await eventStore.close();
      await database.close();
    },
  };
}

function memoryKeys(): KeyStore {
  const made = new Map<string, SubjectKey>();
  const name = (ref: { subject: string; scope: string }): string => `${ref.subject}|${ref.scope}`;
  return {
    ensure(ref) {
      const key = made.get(name(ref)) ?? createSecretKey(randomBytes(32));
      made.set(name(ref), key);
      return key;
    },
    find: (ref) => made.get(name(ref)),
    prefetch: () => Promise.resolve(),
    destroy(ref) {
      made.delete(name(ref));
      return Promise.resolve();
    },
    hmac: (purpose, value) => createHmac('sha256', 'test').update(`${purpose}|${value}`).digest('hex'),
  };
}
