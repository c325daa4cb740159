import { createSecretKey, randomBytes } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type pg from 'pg';
import { StartError } from '../lifecycle/startError.js';
import type { Logger } from '../observability/logger.js';
import { inTransaction } from '../readStore/pool.js';
import { watchDestroyed } from './destroyed.js';
import type { MasterKey } from './masterKey.js';
import { KeyDestroyedError, type KeyRef, type KeyStore, type SubjectKey } from './port.js';
import { formatKeyRef } from './seal.js';

export interface PostgresKeyStoreOptions {
  readonly pool: pg.Pool;
  readonly connectionString: string;
  readonly masterKey: MasterKey;
  readonly logger: Logger;
  /** Keys held in memory; about 300 bytes each. */
  readonly cacheSize?: number;
}

export type PostgresKeyStore = KeyStore & { close(): Promise<void> };

type Entry = SubjectKey | 'destroyed';

/** Keys in the table `subject_keys`. @throws StartError when the master key is not the one of this database. */
export async function openKeyStore(options: PostgresKeyStoreOptions): Promise<PostgresKeyStore> {
  const { pool, masterKey } = options;
  await checkMasterKey(pool, masterKey);
  const cache = new LRUCache<string, Entry>({ max: options.cacheSize ?? 100_000 });
  const watch = await watchDestroyed({ ...options, onDestroyed: (id) => cache.set(id, 'destroyed') });

  const cached = (id: string): Entry | undefined => {
    const entry = cache.get(id);
    // What is destroyed stays so; a key counts only while destructions elsewhere are known to reach us.
    return entry === 'destroyed' || watch.isFresh() ? entry : undefined;
  };
  const remember = (ref: KeyRef, wrapped: Buffer): void => {
    const id = formatKeyRef(ref);
    // A load that began before a destruction must not bring the key back; and a key stays the object that it was.
    if (cache.get(id) === undefined) cache.set(id, createSecretKey(masterKey.unwrap(wrapped, id)));
  };

  async function load(refs: readonly KeyRef[]): Promise<void> {
    const { rows } = await pool.query<{ subject: string; scope: string; wrapped: Buffer | null }>({
      name: 'keys_load',
      text: loadSql,
      values: [refs.map((ref) => ref.subject), refs.map((ref) => ref.scope)],
    });
    for (const row of rows) {
      if (row.wrapped === null) cache.set(formatKeyRef(row), 'destroyed');
      else remember(row, row.wrapped);
    }
  }

  /** One query for whatever is asked for before it is sent. One that is under way may not see what was stored since. */
  let gathering: { readonly refs: KeyRef[]; readonly done: Promise<void> } | undefined;
  function loadSoon(ref: KeyRef): Promise<void> {
    if (gathering === undefined) {
      const refs: KeyRef[] = [];
      const done = Promise.resolve().then(() => {
        gathering = undefined;
        return load(refs);
      });
      gathering = { refs, done };
    }
    gathering.refs.push(ref);
    return gathering.done;
  }

  async function findAbsent(ref: KeyRef): Promise<SubjectKey | undefined> {
    await loadSoon(ref);
    const entry = cache.get(formatKeyRef(ref));
    return entry === 'destroyed' ? undefined : entry;
  }

  async function make(ref: KeyRef): Promise<SubjectKey> {
    const found = await findAbsent(ref);
    if (found !== undefined) return found;
    const id = formatKeyRef(ref);
    if (cache.get(id) !== 'destroyed') {
      await pool.query({
        name: 'keys_make',
        text: makeSql,
        values: [ref.subject, ref.scope, masterKey.wrap(randomBytes(32), id)],
      });
      // Whoever was first, theirs is the key: read it back.
      const made = await findAbsent(ref);
      if (made !== undefined) return made;
    }
    throw new KeyDestroyedError(ref);
  }

  return {
    ensure(ref) {
      const entry = cached(formatKeyRef(ref));
      if (entry === 'destroyed') throw new KeyDestroyedError(ref);
      return entry ?? make(ref);
    },
    find(ref) {
      const entry = cached(formatKeyRef(ref));
      if (entry === 'destroyed') return undefined;
      return entry ?? findAbsent(ref);
    },
    async prefetch(refs) {
      await Promise.all(refs.filter((ref) => cached(formatKeyRef(ref)) === undefined).map(loadSoon));
    },
    async destroy(ref) {
      await inTransaction(pool, async (client) => {
        // Waits for those who are just making the key, and keeps destructions in the order of their `seq`.
        await client.query('LOCK TABLE subject_keys IN SHARE ROW EXCLUSIVE MODE');
        await client.query('INSERT INTO destroyed_keys (subject, scope) VALUES ($1, $2) ON CONFLICT DO NOTHING', [
          ref.subject,
          ref.scope,
        ]);
        await client.query('DELETE FROM subject_keys WHERE subject = $1 AND scope = $2', [ref.subject, ref.scope]);
        await client.query('NOTIFY keys_destroyed');
      });
      cache.set(formatKeyRef(ref), 'destroyed');
    },
    hmac: (purpose, value) => masterKey.hmac(purpose, value).toString('hex'),
    close: () => watch.close(),
  };
}

const loadSql = `
  SELECT asked.subject, asked.scope, CASE WHEN destroyed.subject IS NULL THEN keys.wrapped END AS wrapped
    FROM (SELECT DISTINCT subject, scope FROM unnest($1::text[], $2::text[]) AS pairs (subject, scope)) AS asked
    LEFT JOIN subject_keys AS keys ON keys.subject = asked.subject AND keys.scope = asked.scope
    LEFT JOIN destroyed_keys AS destroyed ON destroyed.subject = asked.subject AND destroyed.scope = asked.scope
   WHERE keys.subject IS NOT NULL OR destroyed.subject IS NOT NULL`;

const makeSql = `
  INSERT INTO subject_keys (subject, scope, wrapped)
  SELECT $1::text, $2::text, $3::bytea
   WHERE NOT EXISTS (SELECT FROM destroyed_keys WHERE subject = $1::text AND scope = $2::text)
  ON CONFLICT DO NOTHING`;

async function checkMasterKey(pool: pg.Pool, masterKey: MasterKey): Promise<void> {
  const proof = masterKey.hmac('check', 'parlance');
  await pool.query('INSERT INTO master_key_check (proof) VALUES ($1) ON CONFLICT DO NOTHING', [proof]);
  const { rows } = await pool.query<{ proof: Buffer }>('SELECT proof FROM master_key_check');
  if (rows[0]?.proof.equals(proof) === true) return;
  masterKey.discardNew();
  throw new StartError(
    `The master key (${masterKey.source}) is not the one this database was made with; restore that one.`,
  );
}
