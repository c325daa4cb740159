import type { Relations } from '../../domain/contacts/index.js';
import type { LoadedPreferences, PreferenceStates } from '../../domain/preferences/index.js';
import type { Clock } from '../../platform/clock/port.js';
import type { Position } from '../../platform/eventStore/port.js';
import type { OpenedEvent } from '../../platform/keys/opener.js';
import { privacyChanged, relationRow, relationUpdate } from '../contacts/updates.js';
import { preferenceRow, preferenceUpdate } from '../preferences/updates.js';
import type { Audience } from './audience.js';
import { discovery, type Discovery } from './discovery.js';
import { updateOf } from './payloads.js';
import type { LiveReads } from './reads.js';

export interface AccountRoutesDeps {
  readonly preferences: Pick<PreferenceStates, 'peek' | 'load'>;
  readonly relations: Pick<Relations, 'of'>;
  readonly reads: Pick<LiveReads, 'profile' | 'owners'>;
  readonly waitForProjection: (position: Position) => Promise<void>;
  readonly clock: Clock;
  readonly audience: Audience;
}

/** Who is told what of accounts: their own devices, and who has their number in a book. */
export interface AccountRoutes extends Pick<Discovery, 'prepare'> {
  account(event: OpenedEvent, id: string): void | Promise<void>;
  preference(event: OpenedEvent, accountId: string): void | Promise<void>;
  contact(event: OpenedEvent, accountId: string): void;
}

export function accountRoutes({
  preferences,
  relations,
  reads,
  waitForProjection,
  clock,
  audience,
}: AccountRoutesDeps): AccountRoutes {
  const { deliver } = audience;

  /** The event has the changed fields alone; a device wants the whole profile. Rare enough to wait for. */
  const deliverProfile = async (event: OpenedEvent, accountId: string): Promise<void> => {
    const profile = await reads.profile(accountId, event.position).catch(() => undefined);
    deliver(event, profile, [accountId]);
  };

  /** To the account's own devices. The folded state may be ahead of the log: what it says is told again then. */
  const deliverPreference = (event: OpenedEvent, accountId: string): void | Promise<void> => {
    const { conversationId } = event.data as { readonly conversationId: string };
    if (!audience.listens(accountId) && audience.sourcesOf(conversationId).length === 0) return;
    const give = ({ state }: LoadedPreferences): void => {
      const row = preferenceRow(event, state);
      const update = row === undefined ? undefined : preferenceUpdate(row, clock.now());
      deliver(event, update, [accountId], { id: conversationId, tells: (account) => account === accountId });
    };
    const loaded = preferences.peek(accountId);
    if (loaded === undefined) return preferences.load(accountId).then(give);
    give(loaded);
  };

  const discovered = discovery({ findOwners: reads.owners, waitForProjection });

  const deliverDiscovery = (event: OpenedEvent, accountId: string): void => {
    for (const { ownerId, phoneHmac } of discovered.ownersOf(event))
      deliver(event, relationUpdate({ kind: 'contact_discovered', ownerId, phoneHmac, accountId }), [ownerId]);
  };

  /** As a whole. The node's view may be ahead of the log: what it says is told again then. */
  const deliverPrivacy = async (event: OpenedEvent, accountId: string): Promise<void> => {
    deliver(event, privacyChanged((await relations.of(accountId)).privacy), [accountId]);
  };

  return {
    prepare: discovered.prepare,
    account(event, id) {
      if (event.type === 'AccountRegistered') deliverDiscovery(event, id);
      if (event.type === 'PrivacyChanged') return audience.listens(id) ? deliverPrivacy(event, id) : undefined;
      if (event.type === 'ProfileChanged') return audience.listens(id) ? deliverProfile(event, id) : undefined;
      deliver(event, updateOf(event), [id]);
      return undefined;
    },
    preference: deliverPreference,
    contact(event, accountId) {
      deliver(event, relationUpdate(relationRow(event)), [accountId]);
    },
  };
}
