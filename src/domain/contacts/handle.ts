import { setImmediate as turn } from 'node:timers/promises';
import type { Clock } from '../../platform/clock/port.js';
import { EventStoreError, type EventStore, type Position } from '../../platform/eventStore/port.js';
import type { Ids } from '../../platform/ids/port.js';
import type { KeyStore } from '../../platform/keys/port.js';
import type { Limiter } from '../../platform/limits/port.js';
import { parsePhone } from '../accounts/index.js';
import type { Actor } from '../conversations/index.js';
import { appendSettled } from '../shared/append.js';
import { contactsStream } from '../shared/streams.js';
import { loadBook, type LoadedBook } from './book.js';
import type { Entry } from './commands.js';
import {
  checkName,
  CONTACT_LIMITS,
  decideBlock,
  decideSync,
  decideUnblock,
  type Decision,
  type TooMany,
} from './decide.js';
import type { ContactEvent } from './events.js';
import { nameFingerprints, sealedContactEvent } from './seal.js';
import { evolveAll, type ContactBook } from './state.js';

/** As the phone has it. */
export interface GivenContact {
  readonly phone: string;
  readonly name: string;
}

export interface SyncRequest {
  readonly actor: Actor;
  readonly entries: readonly GivenContact[];
  /** Numbers that left the phone's book. */
  readonly removed: readonly string[];
  readonly full: boolean;
  /** For numbers without `+`. */
  readonly country: string | null;
}

/** `index` into the entries that were given. */
export interface RefusedContact {
  readonly index: number;
  readonly field: 'phone' | 'name';
  readonly reason: string;
}

export type SyncOutcome =
  | {
      readonly outcome: 'synced';
      /** By the number's HMAC, those of the entries that the book now has. */
      readonly phoneHmacs: readonly string[];
      readonly refused: readonly RefusedContact[];
      readonly saved: number;
      readonly removed: number;
      readonly position: Position | undefined;
    }
  | { readonly outcome: 'too_many'; readonly limit: number }
  | { readonly outcome: 'rate_limited'; readonly retryAfterMs: number };

/** `changed`: false when it was so already. `position` of what was appended now. */
export type BlockOutcome =
  | { readonly outcome: 'done'; readonly changed: boolean; readonly position: Position | undefined }
  | { readonly outcome: 'no_such_account' }
  | { readonly outcome: 'too_many'; readonly limit: number }
  | { readonly outcome: 'rate_limited'; readonly retryAfterMs: number };

export interface ContactHandlers {
  /** Idempotent: an entry that the book has as it is writes nothing. A sync that was cut short is repeated whole. */
  sync(request: SyncRequest): Promise<SyncOutcome>;
  block(request: { readonly actor: Actor; readonly accountId: string }): Promise<BlockOutcome>;
  unblock(request: { readonly actor: Actor; readonly accountId: string }): Promise<BlockOutcome>;
}

export interface ContactDeps {
  readonly eventStore: EventStore;
  readonly keys: Pick<KeyStore, 'ensure' | 'hmac'>;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly limiter: Limiter;
  /** The book as the read model has it; may lag. Without contacts where only blocks are decided on. */
  readonly findBook: (owner: string, parts: 'all' | 'blocks') => Promise<LoadedBook | undefined>;
  readonly accountExists: (accountId: string) => Promise<boolean>;
  /** What this node just appended, ahead of the log's delivery. */
  readonly onAppended: (owner: string) => void;
}

const MAX_CONFLICTS = 8;
const MAX_BATCH = 400;
const MAX_BATCH_BYTES = 384 * 1024;
const EVENT_OVERHEAD = 900;
/** Numbers parsed in one turn of the event loop. */
const SLICE = 50;

export function contactHandlers(deps: ContactDeps): ContactHandlers {
  /** One batch at the exact revision. @returns undefined on a conflict */
  const append = async (
    actor: Actor,
    loaded: LoadedBook,
    events: readonly ContactEvent<string>[],
  ): Promise<LoadedBook | undefined> => {
    const key = await deps.keys.ensure({ subject: actor.account, scope: 'account' });
    const metadata = { occurredAt: deps.clock.now(), actor };
    const outcome = await appendSettled(deps.eventStore, {
      stream: contactsStream(actor.account),
      expected: loaded.revision < 0 ? 'no_stream' : loaded.revision,
      events: events.map((event) =>
        sealedContactEvent(event, { id: deps.ids.next(), owner: actor.account, key, metadata }),
      ),
    });
    if (outcome.kind !== 'appended') return undefined;
    deps.onAppended(actor.account);
    const { revision, position } = outcome;
    return { book: evolveAll(loaded.book, events), revision, position };
  };

  const load = async (owner: string, parts: 'all' | 'blocks'): Promise<LoadedBook> =>
    loadBook(deps.eventStore, owner, await deps.findBook(owner, parts));

  const decideBlocks = async <R>(
    actor: Actor,
    decide: (book: ContactBook) => Decision<R>,
  ): Promise<{ readonly rejected: R } | { readonly changed: boolean; readonly position: Position | undefined }> => {
    for (let conflicts = 0; conflicts < MAX_CONFLICTS; conflicts += 1) {
      const loaded = await load(actor.account, 'blocks');
      const decision = decide(loaded.book);
      if ('rejected' in decision) return decision;
      if (decision.events.length === 0) return { changed: false, position: loaded.position };
      const appended = await append(actor, loaded, decision.events);
      if (appended !== undefined) return { changed: true, position: appended.position };
    }
    throw new EventStoreError('unavailable', 'too many writers on one contact book');
  };

  return {
    async sync({ actor, entries: given, removed, full, country }) {
      const limit = await deps.limiter.take('syncContacts', actor.account);
      if (!limit.ok) return { outcome: 'rate_limited', retryAfterMs: limit.retryAfterMs };
      if (given.length + removed.length > CONTACT_LIMITS.entriesPerCall)
        return { outcome: 'too_many', limit: CONTACT_LIMITS.entriesPerCall };
      const key = await deps.keys.ensure({ subject: actor.account, scope: 'account' });
      const { entries, refused } = await parseEntries(given, country, nameFingerprints(key), deps.keys);
      const gone = removed.flatMap((text) => {
        const parsed = parsePhone(text, country);
        return parsed.ok ? [deps.keys.hmac('phone', parsed.e164)] : [];
      });
      let loaded = await load(actor.account, 'all');
      const counts = { saved: 0, removed: 0, paid: 0 };
      for (let conflicts = 0; conflicts < MAX_CONFLICTS;) {
        const { book } = loaded;
        const decision = decideSync(book, { entries, removed: gone, full });
        if ('rejected' in decision) return { outcome: 'too_many', limit: decision.rejected.limit };
        const { events } = decision;
        if (events.length === 0)
          return {
            outcome: 'synced',
            phoneHmacs: entries.map(({ phoneHmac }) => phoneHmac),
            refused,
            saved: counts.saved,
            removed: counts.removed,
            position: loaded.position,
          };
        const added = addedBy(book, events);
        if (added > counts.paid) {
          const budget = await deps.limiter.take('contactNumbers', actor.account, added - counts.paid);
          if (!budget.ok) return { outcome: 'rate_limited', retryAfterMs: budget.retryAfterMs };
          counts.paid = added;
        }
        const batch = firstBatch(events);
        const appended = await append(actor, loaded, batch);
        if (appended === undefined) {
          conflicts += 1;
          loaded = await load(actor.account, 'all');
          continue;
        }
        const saved = batch.filter(({ type }) => type === 'ContactSaved').length;
        counts.saved += saved;
        counts.removed += batch.length - saved;
        counts.paid -= addedBy(book, batch);
        loaded = appended;
      }
      throw new EventStoreError('unavailable', 'too many writers on one contact book');
    },

    async block({ actor, accountId }) {
      const limit = await deps.limiter.take('blockAccount', actor.account);
      if (!limit.ok) return { outcome: 'rate_limited', retryAfterMs: limit.retryAfterMs };
      const exists = await deps.accountExists(accountId);
      const done = await decideBlocks<TooMany | { kind: 'no_such_account' }>(actor, (book) =>
        decideBlock(book, { owner: actor.account, accountId, exists }),
      );
      if (!('rejected' in done)) return { outcome: 'done', ...done };
      if (done.rejected.kind === 'too_many') return { outcome: 'too_many', limit: done.rejected.limit };
      return { outcome: 'no_such_account' };
    },

    async unblock({ actor, accountId }) {
      const limit = await deps.limiter.take('blockAccount', actor.account);
      if (!limit.ok) return { outcome: 'rate_limited', retryAfterMs: limit.retryAfterMs };
      const done = await decideBlocks<never>(actor, (book) => decideUnblock(book, { accountId }));
      if ('rejected' in done) throw new Error('unblocking is never refused');
      return { outcome: 'done', ...done };
    },
  };
}

/** Numbers as registration takes them; the last of those that are the same stands. Gives the event loop a turn between slices. */
async function parseEntries(
  given: readonly GivenContact[],
  country: string | null,
  fingerprint: (name: string) => string,
  keys: Pick<KeyStore, 'hmac'>,
): Promise<{ readonly entries: readonly Entry[]; readonly refused: readonly RefusedContact[] }> {
  const entries = new Map<string, Entry>();
  const refused: RefusedContact[] = [];
  for (const [index, { phone, name: text }] of given.entries()) {
    if (index > 0 && index % SLICE === 0) await turn();
    const name = text.trim();
    const problem = checkName(name);
    if (problem !== null) {
      refused.push({ index, field: 'name', reason: problem });
      continue;
    }
    const parsed = parsePhone(phone, country);
    if (!parsed.ok) {
      refused.push({ index, field: 'phone', reason: parsed.reason });
      continue;
    }
    const phoneHmac = keys.hmac('phone', parsed.e164);
    entries.set(phoneHmac, { phoneHmac, phone: parsed.e164, name, fingerprint: fingerprint(name) });
  }
  return { entries: [...entries.values()], refused };
}

function addedBy(book: ContactBook, events: readonly ContactEvent<string>[]): number {
  return events.filter((event) => event.type === 'ContactSaved' && !book.contacts.has(event.data.phoneHmac)).length;
}

function firstBatch(events: readonly ContactEvent<string>[]): readonly ContactEvent<string>[] {
  let bytes = 0;
  let count = 0;
  for (const event of events) {
    bytes += EVENT_OVERHEAD + (event.type === 'ContactSaved' ? event.data.name.length * 4 : 0);
    if (count === MAX_BATCH || (count > 0 && bytes > MAX_BATCH_BYTES)) break;
    count += 1;
  }
  return events.slice(0, count);
}
