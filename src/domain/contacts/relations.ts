import { LRUCache } from 'lru-cache';
import type { EventStore, StoredEvent } from '../../platform/eventStore/port.js';
import {
  DEFAULT_PRIVACY,
  isInAudience,
  type AccountEvent,
  type AudienceSetting,
  type Privacy,
  type PrivacyChange,
} from '../accounts/index.js';
import { accountStream, contactsStream, streamCategory, streamId } from '../shared/streams.js';
import type { ContactEvent } from './events.js';

/** What an account has said about others, as decisions and signals need it. */
export interface AccountRelations {
  /** Account ids. */
  readonly blocks: ReadonlySet<string>;
  /** Ids of the accounts whose numbers it has. */
  readonly contacts: ReadonlySet<string>;
  readonly privacy: Privacy;
  /** Never what is blocked; oneself always. */
  allows(setting: AudienceSetting, viewer: string): boolean;
}

/** The read model's part, and how far it has projected both streams (-1: nothing). */
export interface RelationsSnapshot {
  readonly blocks: readonly string[];
  readonly contacts: readonly string[];
  readonly privacy: PrivacyChange;
  readonly contactsRevision: number;
  /** Of the last change of privacy. */
  readonly privacyRevision: number;
}

/**
 * A node's view of accounts' relations: cached, exact for what this node appended, and as recent as the node's log for what
 * others did. That a contact has registered since an entry was cached may be missing for ten minutes: it shows less meanwhile.
 */
export interface Relations {
  /** Synchronous when cached. */
  of(accountId: string): AccountRelations | Promise<AccountRelations>;
  /** Must see the node's log in order. */
  onEvent(event: Pick<StoredEvent, 'stream' | 'type'>): void;
  /** What this node just appended to one of the account's streams, ahead of the log's delivery. */
  forget(accountId: string): void;
}

export interface RelationsDeps {
  readonly eventStore: Pick<EventStore, 'readStream'>;
  readonly findRelations: (accountId: string) => Promise<RelationsSnapshot>;
  /** Who registered with these numbers. */
  readonly findAccounts: (phoneHmacs: readonly string[]) => Promise<ReadonlyMap<string, string>>;
}

const MAX_ACCOUNTS = 50_000;
const TRUSTED_MS = 600_000;

export function relations({ eventStore, findRelations, findAccounts }: RelationsDeps): Relations {
  const cache = new LRUCache<string, AccountRelations>({ max: MAX_ACCOUNTS, ttl: TRUSTED_MS });
  const loading = new Map<string, { readonly promise: Promise<AccountRelations>; stale: boolean }>();

  const read = async (accountId: string): Promise<AccountRelations> => {
    const snapshot = await findRelations(accountId);
    const blocks = new Set(snapshot.blocks);
    const contacts = new Set(snapshot.contacts);
    const numbers = new Map<string, boolean>();
    for await (const stored of eventStore.readStream(contactsStream(accountId), {
      from: snapshot.contactsRevision + 1,
    })) {
      const { type, data } = { type: stored.type, data: stored.data } as ContactEvent<unknown>;
      if (type === 'AccountBlocked') blocks.add(data.accountId);
      else if (type === 'AccountUnblocked') blocks.delete(data.accountId);
      else numbers.set(data.phoneHmac, type === 'ContactSaved');
    }
    if (numbers.size > 0) {
      const accounts = await findAccounts([...numbers.keys()]);
      for (const [number, kept] of numbers) {
        const account = accounts.get(number);
        if (account !== undefined) contacts[kept ? 'add' : 'delete'](account);
      }
    }
    let privacy: Privacy = { ...DEFAULT_PRIVACY, ...snapshot.privacy };
    for await (const stored of eventStore.readStream(accountStream(accountId), {
      from: snapshot.privacyRevision + 1,
    })) {
      const { type, data } = { type: stored.type, data: stored.data } as AccountEvent<unknown>;
      if (type === 'PrivacyChanged') privacy = { ...privacy, ...data };
    }
    return relationsOf(accountId, { blocks, contacts, privacy });
  };

  const load = (accountId: string): Promise<AccountRelations> => {
    const running = loading.get(accountId);
    if (running !== undefined && !running.stale) return running.promise;
    const entry = {
      stale: false,
      promise: read(accountId).then(
        (found): AccountRelations | Promise<AccountRelations> => {
          const current = loading.get(accountId) === entry;
          if (current) loading.delete(accountId);
          // Something was appended while it was read: it may have been read before that.
          if (entry.stale) return load(accountId);
          if (current) cache.set(accountId, found);
          return found;
        },
        (error: unknown) => {
          if (loading.get(accountId) === entry) loading.delete(accountId);
          throw error;
        },
      ),
    };
    loading.set(accountId, entry);
    return entry.promise;
  };

  const forget = (accountId: string): void => {
    cache.delete(accountId);
    const running = loading.get(accountId);
    if (running !== undefined) running.stale = true;
  };

  return {
    of: (accountId) => cache.get(accountId) ?? load(accountId),
    forget,
    onEvent({ stream, type }) {
      if (type === 'PrivacyChanged' || streamCategory(stream) === 'contacts') forget(streamId(stream));
    },
  };
}

export function relationsOf(
  accountId: string,
  { blocks, contacts, privacy }: Pick<AccountRelations, 'blocks' | 'contacts' | 'privacy'>,
): AccountRelations {
  return {
    blocks,
    contacts,
    privacy,
    allows: (setting, viewer) =>
      viewer === accountId || (!blocks.has(viewer) && isInAudience(privacy[setting], viewer, contacts.has(viewer))),
  };
}

/** Whether either blocks the other. Synchronous when both are cached. */
export function blockBetween(relations: Pick<Relations, 'of'>, a: string, b: string): boolean | Promise<boolean> {
  const [ofA, ofB] = [relations.of(a), relations.of(b)];
  if (!(ofA instanceof Promise) && !(ofB instanceof Promise)) return ofA.blocks.has(b) || ofB.blocks.has(a);
  return Promise.all([ofA, ofB]).then(([one, other]) => one.blocks.has(b) || other.blocks.has(a));
}
