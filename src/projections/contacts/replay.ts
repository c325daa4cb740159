import { DISCOVERABLE } from '../accounts/accounts.queries.js';

/** What changed in the account's contacts, blocks and privacy, as the read model has it: the last state, never the steps. */
export type RelationRow =
  /** Without name and number: it left the book. */
  | {
      readonly kind: 'contact';
      readonly ownerId: string;
      readonly phoneHmac: string;
      readonly phone: string | null;
      readonly name: string | null;
    }
  | {
      readonly kind: 'contact_discovered';
      readonly ownerId: string;
      readonly phoneHmac: string;
      readonly accountId: string;
    }
  | { readonly kind: 'block'; readonly accountId: string; readonly blocked: boolean }
  /** Texts of settings that were ever changed, as their table has them. */
  | { readonly kind: 'privacy'; readonly settings: Readonly<Record<string, string>> };

/** Kind, position and body of what changed for the account in $1 in ($2, $3]; nothing when it is asked of one conversation. */
export const RELATIONS = `SELECT 'contact', c.position, json_build_object('ownerId', c.owner_id, 'phoneHmac', c.phone_hmac, 'phone', c.phone, 'name', c.name)
  FROM contacts c WHERE c.owner_id = $1 AND c.position > $2 AND c.position <= $3 AND $4::uuid IS NULL
  UNION ALL
  SELECT 'contact_discovered', a.registered, json_build_object('ownerId', c.owner_id, 'phoneHmac', c.phone_hmac, 'accountId', a.id)
  FROM contacts c JOIN accounts a ON a.phone_hmac = c.phone_hmac AND ${DISCOVERABLE}
  WHERE c.owner_id = $1 AND NOT c.removed AND c.since < a.registered AND a.registered > $2 AND a.registered <= $3 AND $4::uuid IS NULL
  UNION ALL
  SELECT 'block', b.position, json_build_object('accountId', b.account_id, 'blocked', b.blocked)
  FROM blocks b WHERE b.owner_id = $1 AND b.position > $2 AND b.position <= $3 AND $4::uuid IS NULL
  UNION ALL
  SELECT 'privacy', max(p.position), json_build_object('settings', json_object_agg(p.setting, p.value))
  FROM privacy_settings p WHERE p.account_id = $1 AND $4::uuid IS NULL HAVING max(p.position) > $2 AND max(p.position) <= $3`;
