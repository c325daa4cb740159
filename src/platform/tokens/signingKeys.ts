import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import type pg from 'pg';
import type { Clock } from '../clock/port.js';
import { inTransaction } from '../readStore/pool.js';
import type { KeyWrap } from './port.js';

export interface SigningKey {
  readonly kid: string;
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
  readonly createdAt: number;
  /** Milliseconds since the epoch from when tokens of this key are refused; null for the one that signs. */
  readonly retiresAt: number | null;
}

export interface SigningKeys {
  /** The key that signs now; a new one is made when the newest is older than 30 days. */
  current(): SigningKey | Promise<SigningKey>;
  /** A key that is not retired. */
  find(kid: string): SigningKey | undefined | Promise<SigningKey | undefined>;
}

const ROTATE_AFTER_MS = 30 * 24 * 3600_000;
/** Another node may sign with the old key until it looks again. */
const ROTATION_OVERLAP_MS = 3600_000;
/** An unknown kid makes us look at the table, but a flood of invented ones only this often. */
const RELOAD_AT_MOST_MS = 1000;
/** Any number that no other advisory lock of ours uses: "psig". */
const lock = 0x70736967;

export interface SigningKeysOptions {
  readonly pool: pg.Pool;
  readonly wrap: KeyWrap;
  readonly clock: Clock;
  readonly newKid: () => string;
  readonly tokenTtlMs: number;
}

interface Row {
  kid: string;
  public_key: Buffer;
  wrapped: Buffer;
  created_at: Date;
  retires_at: Date | null;
}

/** Ed25519 keys in the table `signing_keys`, shared by all nodes. */
export function signingKeys({ pool, wrap, clock, newKid, tokenTtlMs }: SigningKeysOptions): SigningKeys {
  let keys = new Map<string, SigningKey>();
  let newest: SigningKey | undefined;
  let loadedAt = Number.NEGATIVE_INFINITY;
  let loading: Promise<void> | undefined;
  let rotating: Promise<SigningKey> | undefined;

  const read = async (db: pg.Pool | pg.PoolClient): Promise<void> => {
    const { rows } = await db.query<Row>(
      'SELECT kid, public_key, wrapped, created_at, retires_at FROM signing_keys WHERE retires_at IS NULL OR retires_at > $1 ORDER BY created_at, kid',
      [new Date(clock.now())],
    );
    keys = new Map(
      rows.map((row) => [
        row.kid,
        keys.get(row.kid)?.retiresAt === (row.retires_at?.getTime() ?? null)
          ? (keys.get(row.kid) as SigningKey)
          : parse(row),
      ]),
    );
    newest = [...keys.values()].findLast((key) => key.retiresAt === null);
    loadedAt = clock.now();
  };
  const parse = (row: Row): SigningKey => ({
    kid: row.kid,
    publicKey: createPublicKey({ key: row.public_key, format: 'der', type: 'spki' }),
    privateKey: createPrivateKey({ key: unwrapped(row), format: 'der', type: 'pkcs8' }),
    createdAt: row.created_at.getTime(),
    retiresAt: row.retires_at?.getTime() ?? null,
  });
  const unwrapped = (row: Row): Buffer => {
    try {
      return wrap.unwrap(row.wrapped, context(row.kid));
    } catch (cause) {
      throw new Error(`the signing key ${row.kid} was wrapped under another master key`, { cause });
    }
  };
  const reload = (): Promise<void> => {
    loading ??= read(pool).finally(() => {
      loading = undefined;
    });
    return loading;
  };
  const fresh = (key: SigningKey | undefined): key is SigningKey =>
    key !== undefined && clock.now() - key.createdAt < ROTATE_AFTER_MS;

  const rotate = async (): Promise<SigningKey> => {
    await inTransaction(pool, async (client) => {
      await client.query('SELECT pg_advisory_xact_lock($1)', [lock]);
      await read(client);
      if (!fresh(newest)) {
        const now = clock.now();
        const kid = newKid();
        const pair = generateKeyPairSync('ed25519');
        const publicKey = pair.publicKey.export({ format: 'der', type: 'spki' });
        const wrapped = wrap.wrap(pair.privateKey.export({ format: 'der', type: 'pkcs8' }), context(kid));
        await client.query('UPDATE signing_keys SET retires_at = $1 WHERE retires_at IS NULL', [
          new Date(now + tokenTtlMs + ROTATION_OVERLAP_MS),
        ]);
        await client.query('INSERT INTO signing_keys (kid, public_key, wrapped, created_at) VALUES ($1, $2, $3, $4)', [
          kid,
          publicKey,
          wrapped,
          new Date(now),
        ]);
        await read(client);
      }
    }).catch((error: unknown) => {
      newest = undefined;
      throw error;
    });
    if (newest === undefined) throw new Error('no signing key after making one');
    return newest;
  };

  return {
    current() {
      if (fresh(newest)) return newest;
      rotating ??= rotate().finally(() => {
        rotating = undefined;
      });
      return rotating;
    },
    find(kid) {
      const known = keys.get(kid);
      if (known !== undefined) return known.retiresAt !== null && known.retiresAt <= clock.now() ? undefined : known;
      if (loading === undefined && clock.now() - loadedAt < RELOAD_AT_MOST_MS) return undefined;
      return reload().then(() => keys.get(kid));
    },
  };
}

function context(kid: string): string {
  return `signing_key|${kid}`;
}
