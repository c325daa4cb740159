import { LRUCache } from 'lru-cache';
import type { AccountEvent } from '../../domain/accounts/index.js';
import type { ContactEvent } from '../../domain/contacts/index.js';
import { streamCategory } from '../../domain/shared/streams.js';
import type { Position, StoredEvent } from '../../platform/eventStore/port.js';
import type { NumberOwner } from '../../projections/contacts/contacts.queries.js';

export interface DiscoveryDeps {
  /** Who has these numbers in a book, as the read model has it. */
  readonly findOwners: (phoneHmacs: readonly string[]) => Promise<readonly NumberOwner[]>;
  readonly waitForProjection: (position: Position) => Promise<void>;
}

/** Who hears that a number of theirs has registered. */
export interface Discovery {
  /** Of a batch of the log, before it is handed out: one look for all its registrations. Undefined when there is nothing to look for. */
  prepare(events: readonly StoredEvent[], anybodyListens: boolean): Promise<void> | undefined;
  /** Those who had the number at that position. */
  ownersOf(event: Pick<StoredEvent, 'data' | 'position'>): readonly NumberOwner[];
}

/** Numbers whose last change may not be projected yet. */
const MAX_RECENT = 100_000;

export function discovery({ findOwners, waitForProjection }: DiscoveryDeps): Discovery {
  const recent = new LRUCache<string, { readonly position: Position }>({ max: MAX_RECENT });
  let prepared: ReadonlyMap<string, readonly NumberOwner[]> = new Map();

  const look = async (numbers: readonly string[]): Promise<void> => {
    let saved: Position | undefined;
    for (const number of numbers) {
      const last = recent.get(number)?.position;
      if (last !== undefined && (saved === undefined || last > saved)) saved = last;
    }
    // A read model that does not get there is no reason to hold up everybody: their next look at the book shows it.
    if (saved !== undefined) await waitForProjection(saved).catch(() => undefined);
    prepared = Map.groupBy(await findOwners(numbers), ({ phoneHmac }) => phoneHmac);
  };

  return {
    prepare(events, anybodyListens) {
      const numbers: string[] = [];
      for (const { type, stream, data, position } of events) {
        if (type === 'AccountRegistered') numbers.push(registered(data).phoneHmac);
        else if (streamCategory(stream) === 'contacts' && (type === 'ContactSaved' || type === 'ContactRemoved'))
          recent.set((data as Extract<ContactEvent<unknown>, { type: 'ContactSaved' }>['data']).phoneHmac, {
            position,
          });
      }
      prepared = new Map();
      return numbers.length === 0 || !anybodyListens ? undefined : look(numbers);
    },
    ownersOf({ data, position }) {
      const owners = prepared.get(registered(data).phoneHmac) ?? [];
      return owners.filter(({ since }) => since < position);
    },
  };
}

function registered(data: object): Extract<AccountEvent<unknown>, { type: 'AccountRegistered' }>['data'] {
  return data as Extract<AccountEvent<unknown>, { type: 'AccountRegistered' }>['data'];
}
