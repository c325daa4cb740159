import type { Position } from '../../platform/eventStore/port.js';
import type { KeyStore } from '../../platform/keys/port.js';
import { eachOf } from '../shared/each.js';
import { claimPhone, commit, loadAccount, type LoadedAccount, type StreamDeps } from './accountStream.js';
import { decideChangeProfile, decideLinkDevice } from './decide.js';
import { parsePhone } from './phone.js';
import { NO_ACCOUNT } from './state.js';

export interface SeedAccount {
  /** E.164, or with `+` in any form. */
  readonly phone: string;
  readonly name: string;
  readonly about?: string;
  readonly device?: { readonly name: string; readonly platform: string };
}

export interface SeededAccount {
  readonly accountId: string;
  readonly deviceId: string;
  readonly newAccount: boolean;
  readonly position: Position | undefined;
}

export interface SeedDeps extends StreamDeps {
  readonly keys: KeyStore;
}

const ABSENT: LoadedAccount = { state: NO_ACCOUNT, revision: 'no_stream', position: undefined };

/**
 * Registers accounts without codes, through the same events, many at a time. Answers in the order given. An account that
 * holds the number already is answered with a device that it has; running it twice changes nothing.
 * @throws Error for a number that no account could register with.
 */
export async function registerMany(
  deps: SeedDeps,
  accounts: readonly SeedAccount[],
  options: { readonly concurrency?: number; readonly onProgress?: (done: number) => void } = {},
): Promise<readonly SeededAccount[]> {
  const results: SeededAccount[] = new Array<SeededAccount>(accounts.length);
  let done = 0;
  await eachOf(accounts.entries(), options.concurrency ?? 128, async ([index, account]) => {
    results[index] = await registerOne(deps, account);
    done += 1;
    options.onProgress?.(done);
  });
  return results;
}

async function registerOne(deps: SeedDeps, { phone, name, about, device }: SeedAccount): Promise<SeededAccount> {
  const parsed = parsePhone(phone);
  if (!parsed.ok) throw new Error(`the number of an account to seed is not usable: ${parsed.reason}`);
  const phoneHmac = deps.keys.hmac('phone', parsed.e164);
  const candidate = deps.ids.next();
  const newDevice = deps.ids.next();
  const accountId = await claimPhone(
    deps,
    phoneHmac,
    candidate,
    { actor: { account: candidate, device: newDevice } },
    true,
  );
  const loaded = accountId === candidate ? ABSENT : await loadAccount(deps.eventStore, accountId);
  const existing =
    loaded.state.kind === 'registered'
      ? [...loaded.state.devices].find(([, status]) => status === 'active')?.[0]
      : undefined;
  if (existing !== undefined) return { accountId, deviceId: existing, newAccount: false, position: loaded.position };

  const command = {
    phone: parsed.e164,
    phoneHmac,
    country: parsed.country,
    name,
    device: { name: 'Phone', platform: 'seed', ...device, id: newDevice },
  };
  const cause = { actor: { account: accountId, device: newDevice } };
  const linked = await commit(deps, accountId, cause, (state) => decideLinkDevice(state, command), loaded);
  if ('rejected' in linked) throw new Error(`an account could not be seeded: ${linked.rejected.kind}`);
  let { position } = linked;
  if (about !== undefined) {
    const changed = await commit(deps, accountId, cause, (state) => decideChangeProfile(state, { about }));
    if ('rejected' in changed) throw new Error(`an account could not be seeded: ${changed.rejected.kind}`);
    position = changed.position;
  }
  return { accountId, deviceId: newDevice, newAccount: linked.before.kind === 'none', position };
}

/** The n-th of ten million valid mobile numbers that stand for nobody in particular; for seeds, benches and tests. */
export function seedPhone(n: number): string {
  return `+4915${String(510_000_000 + (n % 10_000_000))}`;
}
