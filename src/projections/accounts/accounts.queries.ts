import type pg from 'pg';

type Db = Pick<pg.Pool, 'query'>;

/** Personal fields are null when unset or erased. Times in milliseconds since the epoch. */
export interface AccountView {
  readonly id: string;
  readonly phone: string | null;
  readonly name: string | null;
  readonly about: string | null;
  readonly avatar: string | null;
  readonly country: string;
  readonly registeredAt: number;
}

export interface DeviceView {
  readonly id: string;
  readonly accountId: string;
  readonly name: string | null;
  readonly platform: string;
  readonly linkedAt: number;
  readonly revokedAt: number | null;
}

interface AccountRecord {
  id: string;
  phone: string | null;
  name: string | null;
  about: string | null;
  avatar: string | null;
  country: string;
  registered_at: Date;
}

interface DeviceRecord {
  id: string;
  account_id: string;
  name: string | null;
  platform: string;
  linked_at: Date;
  revoked_at: Date | null;
}

const ACCOUNT = 'id, phone, name, about, avatar, country, registered_at';
const DEVICE = 'id, account_id, name, platform, linked_at, revoked_at';

/** By id; absent ones are left out. For a DataLoader. */
export async function accountsById(db: Db, ids: readonly string[]): Promise<ReadonlyMap<string, AccountView>> {
  const { rows } = await db.query<AccountRecord>({
    name: 'accounts_by_id',
    text: `SELECT ${ACCOUNT} FROM accounts WHERE id = ANY ($1::uuid[])`,
    values: [ids],
  });
  return new Map(rows.map((row) => [row.id, accountView(row)]));
}

/** Accounts that are found by their number: registered, not erased, discoverable. */
export const DISCOVERABLE = `a.phone IS NOT NULL AND NOT EXISTS (
  SELECT FROM privacy_settings p WHERE p.account_id = a.id AND p.setting = 'discoverable' AND p.value = 'off')`;

/** Who registered with the number and lets itself be found by it. */
export async function accountByPhone(db: Db, phoneHmac: string): Promise<AccountView | null> {
  const { rows } = await db.query<AccountRecord>(
    `SELECT ${ACCOUNT} FROM accounts a WHERE phone_hmac = $1 AND ${DISCOVERABLE} ORDER BY registered DESC LIMIT 1`,
    [phoneHmac],
  );
  return rows[0] === undefined ? null : accountView(rows[0]);
}

/** By device id; absent ones are left out. For a DataLoader. */
export async function devicesById(db: Db, ids: readonly string[]): Promise<ReadonlyMap<string, DeviceView>> {
  const { rows } = await db.query<DeviceRecord>(`SELECT ${DEVICE} FROM devices WHERE id = ANY ($1::uuid[])`, [ids]);
  return new Map(rows.map((row) => [row.id, deviceView(row)]));
}

/** By account, in the order of linking; with revoked ones. */
export async function devicesOfAccounts(
  db: Db,
  accountIds: readonly string[],
): Promise<ReadonlyMap<string, readonly DeviceView[]>> {
  const { rows } = await db.query<DeviceRecord>(
    `SELECT ${DEVICE} FROM devices WHERE account_id = ANY ($1::uuid[]) ORDER BY linked_at, id`,
    [accountIds],
  );
  return Map.groupBy(rows.map(deviceView), (device) => device.accountId);
}

/** What authentication needs of devices: `findDevices` of the account handlers. */
export async function deviceStates(
  db: Db,
  ids: readonly string[],
): Promise<ReadonlyMap<string, { readonly accountId: string; readonly revoked: boolean }>> {
  const { rows } = await db.query<{ id: string; account_id: string; revoked: boolean }>({
    name: 'device_states',
    text: 'SELECT id, account_id, revoked_at IS NOT NULL AS revoked FROM devices WHERE id = ANY ($1::uuid[])',
    values: [ids],
  });
  return new Map(rows.map((row) => [row.id, { accountId: row.account_id, revoked: row.revoked }]));
}

function accountView(row: AccountRecord): AccountView {
  const { id, phone, name, about, avatar, country } = row;
  return { id, phone, name, about, avatar, country, registeredAt: row.registered_at.getTime() };
}

function deviceView(row: DeviceRecord): DeviceView {
  const { id, name, platform } = row;
  return {
    id,
    accountId: row.account_id,
    name,
    platform,
    linkedAt: row.linked_at.getTime(),
    revokedAt: row.revoked_at?.getTime() ?? null,
  };
}
