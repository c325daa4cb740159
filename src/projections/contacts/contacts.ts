import path from 'node:path';
import type pg from 'pg';
import type { ContactEvent } from '../../domain/contacts/index.js';
import { streamId } from '../../domain/shared/streams.js';
import { projectRoot } from '../../platform/config/root.js';
import type { OpenedEvent, Projection } from '../kit/projection.js';

interface ContactRow {
  readonly owner_id: string;
  readonly phone_hmac: string;
  readonly phone: string | null;
  readonly name: string | null;
  readonly sort: string | null;
  readonly fingerprint: string | null;
  readonly removed: boolean;
  readonly since: string | null;
  /** The number had left the book before it came back within the batch: what the table has as `since` is over. */
  readonly anew: boolean;
  readonly position: string;
}

interface BlockRow {
  readonly owner_id: string;
  readonly account_id: string;
  readonly blocked: boolean;
  readonly position: string;
}

interface Changes {
  readonly contacts: Map<string, ContactRow>;
  readonly blocks: Map<string, BlockRow>;
  readonly revisions: Map<string, number>;
  readonly erased: Set<string>;
}

/** Contact books and blocks. */
export const contactsProjection: Projection = {
  id: 'contacts',
  version: 1,
  ddl: path.join(projectRoot, 'schema', 'sql', 'projections', 'contacts.v1.sql'),
  eventTypes: ['ContactSaved', 'ContactRemoved', 'AccountBlocked', 'AccountUnblocked', 'KeyDestroyed'],
  async project(batch, tx, schema) {
    const changes: Changes = { contacts: new Map(), blocks: new Map(), revisions: new Map(), erased: new Set() };
    for (const event of batch) fold(changes, event);
    await upsertContacts(tx, schema, [...changes.contacts.values()]);
    await upsertBlocks(tx, schema, [...changes.blocks.values()]);
    await moveRevisions(tx, schema, changes.revisions);
    if (changes.erased.size > 0)
      await tx.query(`DELETE FROM ${schema}.contacts WHERE owner_id = ANY ($1::uuid[])`, [[...changes.erased]]);
  },
};

/** To one change a row, since one statement may not touch a row twice. */
function fold(changes: Changes, stored: OpenedEvent): void {
  const owner_id = streamId(stored.stream);
  const position = String(stored.position);
  if (stored.type === 'KeyDestroyed') {
    if ((stored.data as { readonly scope: string }).scope === 'account') changes.erased.add(owner_id);
    return;
  }
  const event = { type: stored.type, data: stored.data } as ContactEvent<unknown>;
  changes.revisions.set(owner_id, stored.revision);
  switch (event.type) {
    case 'ContactSaved': {
      const { phoneHmac, fingerprint } = event.data;
      const key = `${owner_id} ${phoneHmac}`;
      const before = changes.contacts.get(key);
      const { phone = null, name = null } = stored.opened;
      changes.contacts.set(key, {
        owner_id,
        phone_hmac: phoneHmac,
        phone,
        name,
        sort: name === null ? null : sortKey(name),
        fingerprint,
        removed: false,
        since: before?.since ?? position,
        anew: before !== undefined && (before.removed || before.anew),
        position,
      });
      return;
    }
    case 'ContactRemoved': {
      const { phoneHmac } = event.data;
      const nothing = { phone: null, name: null, sort: null, fingerprint: null, since: null };
      const row = { owner_id, phone_hmac: phoneHmac, ...nothing, removed: true, anew: true, position };
      changes.contacts.set(`${owner_id} ${phoneHmac}`, row);
      return;
    }
    case 'AccountBlocked':
    case 'AccountUnblocked': {
      const { accountId } = event.data;
      const row = { owner_id, account_id: accountId, blocked: event.type === 'AccountBlocked', position };
      changes.blocks.set(`${owner_id} ${accountId}`, row);
    }
  }
}

/** What a book is sorted by: short, so that a place in it is; ties go by the number. */
function sortKey(name: string): string {
  return Array.from(name.toLowerCase()).slice(0, 24).join('');
}

async function upsertContacts(tx: pg.PoolClient, schema: string, rows: readonly ContactRow[]): Promise<void> {
  if (rows.length === 0) return;
  await tx.query(
    `INSERT INTO ${schema}.contacts AS c (owner_id, phone_hmac, phone, name, sort, fingerprint, removed, since, position)
     SELECT r.owner_id, r.phone_hmac, r.phone, r.name, r.sort, r.fingerprint, r.removed,
       CASE WHEN r.removed OR r.anew OR old.removed OR old.since IS NULL THEN r.since ELSE old.since END, r.position
     FROM json_to_recordset($1) AS r (owner_id uuid, phone_hmac text, phone text, name text, sort text, fingerprint text,
       removed boolean, since bigint, anew boolean, position bigint)
     LEFT JOIN ${schema}.contacts old ON old.owner_id = r.owner_id AND old.phone_hmac = r.phone_hmac
     ON CONFLICT (owner_id, phone_hmac) DO UPDATE SET phone = excluded.phone, name = excluded.name, sort = excluded.sort,
       fingerprint = excluded.fingerprint, removed = excluded.removed, since = excluded.since, position = excluded.position
     WHERE c.position < excluded.position`,
    [JSON.stringify(rows)],
  );
}

async function upsertBlocks(tx: pg.PoolClient, schema: string, rows: readonly BlockRow[]): Promise<void> {
  if (rows.length === 0) return;
  await tx.query(
    `INSERT INTO ${schema}.blocks AS b (owner_id, account_id, blocked, position)
     SELECT owner_id, account_id, blocked, position
     FROM json_to_recordset($1) AS r (owner_id uuid, account_id uuid, blocked boolean, position bigint)
     ON CONFLICT (owner_id, account_id) DO UPDATE SET blocked = excluded.blocked, position = excluded.position
     WHERE b.position < excluded.position`,
    [JSON.stringify(rows)],
  );
}

async function moveRevisions(tx: pg.PoolClient, schema: string, revisions: ReadonlyMap<string, number>): Promise<void> {
  if (revisions.size === 0) return;
  await tx.query(
    `INSERT INTO ${schema}.contact_books AS b (owner_id, revision) SELECT * FROM unnest($1::uuid[], $2::int[])
     ON CONFLICT (owner_id) DO UPDATE SET revision = greatest(b.revision, excluded.revision)`,
    [[...revisions.keys()], [...revisions.values()]],
  );
}
