import type { OpenedEvent } from '../../platform/keys/opener.js';
import { foldAdministration } from './naiveAdministration.js';
import { foldAdmins } from './naiveAdmins.js';
import { foldContacts } from './naiveContacts.js';
import { foldFollow } from './naiveFollows.js';
import { foldConversation } from './naiveConversation.js';
import { naivePreferences, PREFERENCE_KEYS } from './naivePreferences.js';

/** A row as it is compared: instants in milliseconds, int8 as digits, bytes in base64. */
export type Row = Record<string, string | number | boolean | null>;
/** Rows by the text of their primary key, by table. */
export type Tables = Readonly<Record<string, Map<string, Row>>>;

/** Primary keys of the tables, in the order of the key's text. */
export const KEYS: Readonly<Record<string, readonly string[]>> = {
  accounts: ['id'],
  devices: ['id'],
  privacy_settings: ['account_id', 'setting'],
  contacts: ['owner_id', 'phone_hmac'],
  blocks: ['owner_id', 'account_id'],
  contact_books: ['owner_id'],
  cases: ['id'],
  administrators: ['account_id'],
  conversations: ['id'],
  memberships: ['conversation_id', 'account_id', 'joined_seq'],
  admin_terms: ['conversation_id', 'account_id', 'from_seq'],
  invite_links: ['conversation_id', 'link_id'],
  join_requests: ['conversation_id', 'account_id'],
  timeline: ['conversation_id', 'seq'],
  watermarks: ['conversation_id', 'account_id', 'device_id'],
  reactions: ['conversation_id', 'target_seq', 'account_id', 'withheld'],
  view_once_openings: ['conversation_id', 'target_seq', 'account_id'],
  poll_votes: ['conversation_id', 'target_seq', 'account_id', 'withheld'],
  pins: ['conversation_id', 'target_seq', 'only_for'],
  channels: ['conversation_id'],
  channel_follows: ['account_id', 'channel_id'],
  community_groups: ['community_id', 'group_id'],
  group_communities: ['group_id'],
  broadcast_recipients: ['conversation_id', 'account_id', 'from_seq'],
  ...PREFERENCE_KEYS,
  last_seen: ['account_id'],
};

/** Kinds of entries that say what is sealed under their author's key. */
const OWN_WORDS = new Set([
  'text',
  'contact',
  'location',
  'poll',
  'message_edited',
  'link_preview_added',
  'location_updated',
]);

interface Data {
  readonly [field: string]: unknown;
}

/**
 * What the read models should hold, computed one event after the other in the plainest way. It shares no code with the
 * projections on purpose: it is what they are compared with.
 */
export function naiveFold(): { readonly tables: Tables; apply(event: OpenedEvent): void } {
  const tables = Object.fromEntries(Object.keys(KEYS).map((table) => [table, new Map<string, Row>()])) as Record<
    string,
    Map<string, Row>
  >;
  const table = (name: string): Map<string, Row> => tables[name]!;

  const account = (event: OpenedEvent, id: string, data: Data): void => {
    const row = table('accounts').get(id);
    const position = String(event.position);
    const at = event.metadata.occurredAt;
    if (event.type === 'AccountRegistered' && row === undefined) {
      const { phone = null, name = null } = event.opened;
      const { phoneHmac, country } = data as { phoneHmac: string; country: string };
      const fresh = { phone, phone_hmac: phoneHmac, country, name, about: null, avatar: null };
      table('accounts').set(id, { id, ...fresh, registered_at: at, registered: position, position });
    }
    if (event.type === 'ProfileChanged' && row !== undefined) {
      for (const field of ['name', 'about'] as const) if (field in data) row[field] = event.opened[field] ?? null;
      if ('avatar' in data) row['avatar'] = data['avatar'] as string | null;
      row['position'] = position;
    }
    if (event.type === 'PrivacyChanged') {
      for (const [setting, given] of Object.entries(data)) {
        const { kind, except = [] } = given as { kind?: string; except?: readonly string[] };
        const value =
          kind === undefined
            ? given === true
              ? 'on'
              : 'off'
            : kind === 'contacts_except'
              ? `${kind}:${except.join()}`
              : kind;
        const key = { account_id: id, setting };
        table('privacy_settings').set(`${id} ${setting}`, { ...key, value, revision: event.revision, position });
      }
    }
    if (event.type === 'DeviceLinked') {
      const { deviceId, platform } = data as { deviceId: string; platform: string };
      if (table('devices').has(deviceId)) return;
      const { name = null } = event.opened;
      const fresh = { id: deviceId, account_id: id, name, platform, linked_at: at, revoked_at: null, position };
      table('devices').set(deviceId, fresh);
    }
    if (event.type === 'DeviceRevoked') {
      const device = table('devices').get(data['deviceId'] as string);
      if (device?.['revoked_at'] === null) Object.assign(device, { revoked_at: at, position });
    }
    const [sort, where, hour] = String(data['scope']).split(':');
    if (event.type === 'KeyDestroyed' && sort === 'conversation' && hour !== undefined) {
      const isOver = (entry: Row | undefined): boolean =>
        typeof entry?.['expires_at'] === 'number' && Math.floor(entry['expires_at'] / 3_600_000) === Number(hour);
      for (const entry of table('timeline').values()) {
        if (entry['author_id'] !== id || entry['conversation_id'] !== where || !OWN_WORDS.has(String(entry['kind'])))
          continue;
        if (isOver(entry) || isOver(table('timeline').get(`${where} ${String(entry['target_seq'])}`)))
          Object.assign(entry, { text: null, original: null, body: null, erased: true });
      }
    }
    if (event.type === 'KeyDestroyed' && data['scope'] === 'account') {
      if (row !== undefined) Object.assign(row, { phone: null, name: null, about: null, position });
      for (const device of table('devices').values()) if (device['account_id'] === id) device['name'] = null;
      for (const [key, contact] of table('contacts')) if (contact['owner_id'] === id) table('contacts').delete(key);
      for (const entry of table('timeline').values())
        if (entry['author_id'] === id && OWN_WORDS.has(String(entry['kind'])))
          Object.assign(entry, { text: null, original: null, body: null, erased: true });
    }
  };

  const contact = foldContacts(table);
  const conversation = foldConversation(table, (event, id, author, device, seq) => {
    const row = raise(event, id, author, device, { delivered: seq, read: seq });
    if ((event.data as Data)['withheld'] === true) return;
    row['shown_delivered'] = Math.max(Number(row['shown_delivered']), seq);
    row['sent'] = Math.max(Number(row['sent']), seq);
  });

  const raise = (
    event: OpenedEvent,
    id: string,
    accountId: string,
    deviceId: string,
    to: { readonly delivered: number; readonly read: number },
  ): Row => {
    const key = `${id} ${accountId} ${deviceId}`;
    const fresh = { conversation_id: id, account_id: accountId, device_id: deviceId, delivered: -1, read: -1 };
    const shown = { shown_delivered: -1, shown_read: -1, shown_position: '-1', sent: -1 };
    const row = table('watermarks').get(key) ?? { ...fresh, position: '-1', ...shown, at: 0 };
    if (to.delivered > Number(row['delivered'])) row['delivered'] = to.delivered;
    if (to.read > Number(row['read'])) row['read'] = to.read;
    if (event.metadata.occurredAt > Number(row['at'])) row['at'] = event.metadata.occurredAt;
    table('watermarks').set(key, row);
    return row;
  };

  return {
    tables,
    apply(event) {
      const dash = event.stream.indexOf('-');
      const category = event.stream.slice(0, dash);
      const id = event.stream.slice(dash + 1);
      const data = event.data as Data;
      if (category === 'account') account(event, id, data);
      if (category === 'account' || category === 'reads') foldFollow(table, raise, event, id, data);
      if (category === 'contacts') contact(event, id, data);
      if (category === 'account' || category === 'case') foldAdministration(table, event, id, data);
      naivePreferences(tables, event, category, id);
      if (category === 'conversation') conversation(event, id, data);
      if (category === 'conversation') foldAdmins(table, event, id, data);
      if (category === 'presence' && event.type === 'WentOffline') {
        const at = data['lastSeenAt'] as number;
        const before = table('last_seen').get(id);
        if (before === undefined || at > Number(before['at'])) table('last_seen').set(id, { account_id: id, at });
      }
      if (category === 'receipts' && event.type === 'WatermarkAdvanced') {
        const {
          accountId,
          deviceId,
          delivered = -1,
          read = -1,
        } = data as {
          accountId: string;
          deviceId: string;
          delivered?: number;
          read?: number;
        };
        // What was read was delivered.
        const row = raise(event, id, accountId, deviceId, { delivered: Math.max(delivered, read), read });
        row['position'] = String(event.position);
        if (data['withheld'] !== true) {
          row['shown_position'] = String(event.position);
          row['shown_delivered'] = Math.max(Number(row['shown_delivered']), delivered, read);
          if (data['private'] !== true) row['shown_read'] = Math.max(Number(row['shown_read']), read);
        }
      }
    },
  };
}
