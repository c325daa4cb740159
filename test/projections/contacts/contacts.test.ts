import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { accountsProjection } from '../../../src/projections/accounts/accounts.js';
import { contactBook } from '../../../src/projections/contacts/commands.queries.js';
import { contactsProjection } from '../../../src/projections/contacts/contacts.js';
import { contactsByPhone, contactsPage } from '../../../src/projections/contacts/contacts.queries.js';
import type { OpenedEvent } from '../../../src/projections/kit/projection.js';
import type { Position } from '../../../src/platform/eventStore/port.js';
import { inTransaction } from '../../../src/platform/readStore/pool.js';
import { testDatabase } from '../../kit/postgres.js';

type Db = Parameters<typeof contactsPage>[0];

const ada = '00000000-0000-7000-8000-00000000000a';
const bob = '00000000-0000-7000-8000-00000000000b';
const eve = '00000000-0000-7000-8000-00000000000e';
const sealed = { k: 'x|account', n: '', c: '' };

let database: Awaited<ReturnType<typeof testDatabase>>;
let position = 0n;
const revisions = new Map<string, number>();

beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.close());
beforeEach(async () => {
  position = 0n;
  revisions.clear();
  await rebuildEmpty();
});

async function rebuildEmpty(): Promise<void> {
  const ddl = [accountsProjection, contactsProjection].map(({ ddl }) => readFileSync(ddl, 'utf8')).join('\n');
  await inTransaction(database.pool, (tx) =>
    tx.query(`DROP SCHEMA IF EXISTS build CASCADE; CREATE SCHEMA build; SET LOCAL search_path = build; ${ddl}`),
  );
}

function event(stream: string, type: string, data: object, opened: Record<string, string | null> = {}): OpenedEvent {
  position += 1n;
  const revision = (revisions.get(stream) ?? -1) + 1;
  revisions.set(stream, revision);
  const at = 1_790_000_000_000 + Number(position);
  return {
    id: `e${String(position)}`,
    stream,
    revision,
    position: position as Position,
    recordedAt: at,
    type,
    data,
    metadata: { occurredAt: at },
    opened,
  };
}

const registered = (account: string, hmac: string): OpenedEvent =>
  event(
    `account-${account}`,
    'AccountRegistered',
    { phone: sealed, phoneHmac: hmac, country: 'DE' },
    { phone: `+${hmac}` },
  );
const privacy = (account: string, data: object): OpenedEvent => event(`account-${account}`, 'PrivacyChanged', data);
const saved = (owner: string, hmac: string, name: string): OpenedEvent =>
  event(
    `contacts-${owner}`,
    'ContactSaved',
    { phoneHmac: hmac, phone: sealed, name: sealed, fingerprint: `f ${name}` },
    { phone: `+${hmac}`, name },
  );
const removed = (owner: string, hmac: string): OpenedEvent =>
  event(`contacts-${owner}`, 'ContactRemoved', { phoneHmac: hmac });
const block = (owner: string, accountId: string, type = 'AccountBlocked'): OpenedEvent =>
  event(`contacts-${owner}`, type, { accountId });
const erasure = (account: string): OpenedEvent => event(`account-${account}`, 'KeyDestroyed', { scope: 'account' });

const history = (): readonly OpenedEvent[] => [
  registered(ada, 'ha'),
  saved(ada, 'hb', 'Bob'),
  saved(ada, 'hx', 'Émile'),
  registered(bob, 'hb'),
  saved(bob, 'ha', 'Ada'),
  saved(ada, 'hb', 'bobby'),
  removed(ada, 'hx'),
  block(ada, eve),
  saved(ada, 'hx', 'anew'),
  block(ada, eve, 'AccountUnblocked'),
  block(bob, eve),
  saved(ada, 'hy', 'Zoë'),
  removed(ada, 'hy'),
  privacy(bob, { lastSeen: { kind: 'contacts_except', except: [ada] }, readReceipts: false }),
  privacy(bob, { readReceipts: true }),
];

const project = (batch: readonly OpenedEvent[]): Promise<void> =>
  inTransaction(database.pool, async (tx) => {
    for (const projection of [accountsProjection, contactsProjection])
      await projection.project(
        batch.filter(({ type }) => projection.eventTypes.includes(type)),
        tx,
        'build',
      );
  });

async function tables(): Promise<unknown> {
  const rows = async (table: string): Promise<unknown> =>
    (await database.pool.query<object>(`SELECT * FROM build.${table} t ORDER BY t::text`)).rows;
  return Promise.all(['contacts', 'blocks', 'contact_books', 'privacy_settings', 'accounts'].map(rows));
}

/** As the views of the live build are seen by queries. */
async function query<T>(ask: (db: Db) => Promise<T>): Promise<T> {
  return inTransaction(database.pool, async (tx) => {
    await tx.query('SET LOCAL search_path = build');
    return ask(tx);
  });
}

describe('the projection of contacts', () => {
  it('shows a book by name, linked to who registered', async () => {
    await project(history());
    const page = await query((db) => contactsPage(db, ada, { limit: 10 }));
    expect(page.map(({ name, phone, accountId, mutual }) => [name, phone, accountId, mutual])).toEqual([
      ['anew', '+hx', null, false],
      ['bobby', '+hb', bob, true],
    ]);
    const after = await query((db) => contactsPage(db, ada, { limit: 10, after: page[0]! }));
    expect(after.map(({ name }) => name)).toEqual(['bobby']);
    expect([...(await query((db) => contactsByPhone(db, ada, ['hb', 'hy', 'ha']))).keys()]).toEqual(['hb']);
    expect(await query((db) => contactsPage(db, eve, { limit: 10 }))).toEqual([]);
  });

  it('links nobody who is erased or not discoverable, and is mutual with nobody who blocks', async () => {
    await project([...history(), block(bob, ada)]);
    const bobOf = async () => (await query((db) => contactsByPhone(db, ada, ['hb']))).get('hb');
    expect(await bobOf()).toMatchObject({ accountId: bob, mutual: false });
    await project([privacy(bob, { discoverable: false })]);
    expect(await bobOf()).toMatchObject({ accountId: null, mutual: false });
    await project([privacy(bob, { discoverable: true })]);
    expect(await bobOf()).toMatchObject({ accountId: bob });
    await project([erasure(bob)]);
    expect(await bobOf()).toMatchObject({ accountId: null });
  });

  it('is what a command starts from', async () => {
    await project(history());
    expect(await query((db) => contactBook(db, ada, 'all'))).toEqual({
      book: {
        contacts: new Map([
          ['hb', 'f bobby'],
          ['hx', 'f anew'],
        ]),
        blocks: new Set(),
      },
      revision: 8,
    });
    expect(await query((db) => contactBook(db, bob, 'blocks'))).toEqual({
      book: { contacts: new Map(), blocks: new Set([eve]) },
      revision: 1,
    });
    expect(await query((db) => contactBook(db, eve, 'all'))).toBeUndefined();
  });

  it('is the same in one batch, one by one, and applied twice from any point', async () => {
    const events = [...history(), erasure(ada)];
    await project(events);
    const once = await tables();
    await rebuildEmpty();
    for (const one of events) await project([one]);
    expect(await tables()).toEqual(once);
    for (let from = 0; from < events.length; from += 1) await project(events.slice(from));
    expect(await tables()).toEqual(once);
  });

  it('catches up after a batch that was applied in part, wherever it was cut', async () => {
    const events = history();
    await project(events);
    const once = await tables();
    for (let cut = 0; cut <= events.length; cut += 1) {
      await rebuildEmpty();
      await project(events.slice(0, cut));
      await project(events.slice(Math.max(0, cut - 3)));
      expect(await tables()).toEqual(once);
    }
  });

  it('loses the book of whom was erased, and a rebuild is equal to it', async () => {
    const events = history();
    const destroyed = erasure(ada);
    await project(events);
    await project([destroyed]);
    const blanked = await tables();
    expect(await query((db) => contactsPage(db, ada, { limit: 10 }))).toEqual([]);
    await rebuildEmpty();
    const erasedNow = events.map((one) =>
      one.stream.endsWith(ada)
        ? { ...one, opened: Object.fromEntries(Object.keys(one.opened).map((field) => [field, null])) }
        : one,
    );
    await project([...erasedNow, destroyed]);
    expect(await tables()).toEqual(blanked);
  });
});
