import path from 'node:path';
import type pg from 'pg';
import { projectRoot } from '../../platform/config/root.js';
import type { Projection } from '../kit/projection.js';
import {
  foldBatch,
  type AccountPatch,
  type AccountRow,
  type Changes,
  type DeviceRow,
  type SettingRow,
} from './fold.js';

/** Accounts and their devices. Its tables are in schema/sql/projections/accounts.v2.sql. */
export const accountsProjection: Projection = {
  id: 'accounts',
  version: 2,
  ddl: path.join(projectRoot, 'schema', 'sql', 'projections', 'accounts.v2.sql'),
  eventTypes: [
    'AccountRegistered',
    'ProfileChanged',
    'PrivacyChanged',
    'DeviceLinked',
    'DeviceRevoked',
    'KeyDestroyed',
  ],
  async project(batch, tx, schema) {
    const changes = foldBatch(batch);
    await insertAccounts(tx, schema, [...changes.accounts.values()]);
    await patchAccounts(tx, schema, [...changes.patches.values()]);
    await upsertSettings(tx, schema, [...changes.settings.values()]);
    await insertDevices(tx, schema, [...changes.devices.values()]);
    await revokeDevices(tx, schema, changes.revoked);
    await eraseDevices(tx, schema, changes.erased);
  },
};

async function insertAccounts(tx: pg.PoolClient, schema: string, rows: readonly AccountRow[]): Promise<void> {
  if (rows.length === 0) return;
  await tx.query(
    `INSERT INTO ${schema}.accounts (id, phone, phone_hmac, country, name, registered_at, registered, position)
     SELECT *, position FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::timestamptz[], $7::int8[])
       AS r (id, phone, phone_hmac, country, name, registered_at, position)
     ON CONFLICT (id) DO NOTHING`,
    [
      rows.map((row) => row.id),
      rows.map((row) => row.phone),
      rows.map((row) => row.phoneHmac),
      rows.map((row) => row.country),
      rows.map((row) => row.name),
      rows.map((row) => row.registeredAt),
      rows.map((row) => row.position),
    ],
  );
}

/** A row past the patch's position has it already. */
async function patchAccounts(tx: pg.PoolClient, schema: string, patches: readonly AccountPatch[]): Promise<void> {
  if (patches.length === 0) return;
  await tx.query(
    `UPDATE ${schema}.accounts a SET
       phone = CASE WHEN p.erase THEN NULL ELSE a.phone END,
       name = CASE WHEN p.erase THEN NULL WHEN p.sets_name THEN p.name ELSE a.name END,
       about = CASE WHEN p.erase THEN NULL WHEN p.sets_about THEN p.about ELSE a.about END,
       avatar = CASE WHEN p.sets_avatar THEN p.avatar ELSE a.avatar END,
       position = p.position
     FROM unnest($1::uuid[], $2::bool[], $3::bool[], $4::text[], $5::bool[], $6::text[], $7::bool[], $8::text[], $9::int8[])
       AS p (id, erase, sets_name, name, sets_about, about, sets_avatar, avatar, position)
     WHERE a.id = p.id AND a.position < p.position`,
    [
      patches.map((patch) => patch.id),
      patches.map((patch) => patch.erase),
      patches.map((patch) => patch.name !== undefined),
      patches.map((patch) => patch.name ?? null),
      patches.map((patch) => patch.about !== undefined),
      patches.map((patch) => patch.about ?? null),
      patches.map((patch) => patch.avatar !== undefined),
      patches.map((patch) => patch.avatar ?? null),
      patches.map((patch) => patch.position),
    ],
  );
}

async function upsertSettings(tx: pg.PoolClient, schema: string, rows: readonly SettingRow[]): Promise<void> {
  if (rows.length === 0) return;
  await tx.query(
    `INSERT INTO ${schema}.privacy_settings AS s (account_id, setting, value, revision, position)
     SELECT account_id, setting, value, revision, position
     FROM json_to_recordset($1) AS r (account_id uuid, setting text, value text, revision int, position bigint)
     ON CONFLICT (account_id, setting) DO UPDATE SET value = excluded.value, revision = excluded.revision, position = excluded.position
     WHERE s.position < excluded.position`,
    [JSON.stringify(rows)],
  );
}

async function insertDevices(tx: pg.PoolClient, schema: string, rows: readonly DeviceRow[]): Promise<void> {
  if (rows.length === 0) return;
  await tx.query(
    `INSERT INTO ${schema}.devices (id, account_id, name, platform, linked_at, position)
     SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::timestamptz[], $6::int8[])
     ON CONFLICT (id) DO NOTHING`,
    [
      rows.map((row) => row.id),
      rows.map((row) => row.accountId),
      rows.map((row) => row.name),
      rows.map((row) => row.platform),
      rows.map((row) => row.linkedAt),
      rows.map((row) => row.position),
    ],
  );
}

async function revokeDevices(tx: pg.PoolClient, schema: string, revoked: Changes['revoked']): Promise<void> {
  if (revoked.size === 0) return;
  const rows = [...revoked.values()];
  await tx.query(
    `UPDATE ${schema}.devices d SET revoked_at = r.at, position = r.position
     FROM unnest($1::uuid[], $2::timestamptz[], $3::int8[]) AS r (id, at, position)
     WHERE d.id = r.id AND d.revoked_at IS NULL`,
    [[...revoked.keys()], rows.map((row) => row.at), rows.map((row) => row.position)],
  );
}

async function eraseDevices(tx: pg.PoolClient, schema: string, erased: Changes['erased']): Promise<void> {
  if (erased.size === 0) return;
  await tx.query(
    `UPDATE ${schema}.devices d SET name = NULL FROM unnest($1::uuid[]) AS e (account_id)
     WHERE d.account_id = e.account_id AND d.name IS NOT NULL`,
    [[...erased.keys()]],
  );
}
