import type pg from 'pg';
import { isInAudience, type Audience } from '../../domain/accounts/index.js';
import { settingValue } from './privacy.js';

export interface Seeing {
  readonly viewer: string;
  readonly accountId: string;
}

/** What a viewer may see of an account's profile. `phone`: only where the viewer has it already. */
export interface SeenProfile {
  readonly avatar: boolean;
  readonly about: boolean;
  readonly phone: string | null;
}

interface Row {
  phone: string | null;
  settings: Readonly<Record<string, string>> | null;
  is_contact: boolean;
  blocks: boolean;
}

const EVERYONE: Audience = { kind: 'everyone' };

/** In the order of the keys. For a DataLoader. */
export async function seenProfiles(db: Pick<pg.Pool, 'query'>, keys: readonly Seeing[]): Promise<SeenProfile[]> {
  const { rows } = await db.query<Row>({
    name: 'seen_profiles',
    text: `SELECT s.settings,
        EXISTS (SELECT FROM contacts c JOIN accounts v ON v.phone_hmac = c.phone_hmac
          WHERE v.id = k.viewer AND c.owner_id = k.account_id AND NOT c.removed) AS is_contact,
        EXISTS (SELECT FROM blocks b WHERE b.owner_id = k.account_id AND b.account_id = k.viewer AND b.blocked) AS blocks,
        (SELECT a.phone FROM accounts a JOIN contacts c ON c.phone_hmac = a.phone_hmac
          WHERE a.id = k.account_id AND c.owner_id = k.viewer AND NOT c.removed AND coalesce(s.settings ->> 'discoverable', 'on') = 'on') AS phone
      FROM unnest($1::uuid[], $2::uuid[]) WITH ORDINALITY AS k (viewer, account_id, ord)
      LEFT JOIN LATERAL (SELECT json_object_agg(p.setting, p.value) AS settings FROM privacy_settings p WHERE p.account_id = k.account_id) s ON true
      ORDER BY k.ord`,
    values: [keys.map((key) => key.viewer), keys.map((key) => key.accountId)],
  });
  return rows.map(({ phone, settings, is_contact: isContact, blocks }, index) => {
    const allows = (setting: 'avatar' | 'about'): boolean => {
      const stored = settings?.[setting];
      const audience = stored === undefined ? EVERYONE : (settingValue(stored) as Audience);
      return !blocks && isInAudience(audience, keys[index]!.viewer, isContact);
    };
    return { avatar: allows('avatar'), about: allows('about'), phone };
  });
}
