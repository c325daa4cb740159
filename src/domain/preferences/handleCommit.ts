import type { Clock } from '../../platform/clock/port.js';
import { EventStoreError, type EventStore, type Position } from '../../platform/eventStore/port.js';
import type { Ids } from '../../platform/ids/port.js';
import type { SubjectKey } from '../../platform/keys/port.js';
import type { Actor } from '../conversations/index.js';
import { appendSettled } from '../shared/append.js';
import { preferencesStream } from '../shared/streams.js';
import type { PreferenceEvent } from './events.js';
import { sealedPreference } from './seal.js';
import type { PreferencesState } from './state.js';
import type { PreferenceStates } from './states.js';

export interface CommitDeps {
  readonly eventStore: EventStore;
  readonly states: PreferenceStates;
  readonly clock: Clock;
  readonly ids: Ids;
}

export type Committed<R> =
  | { readonly kind: 'rejected'; readonly rejection: R }
  /** `state` as it is now; `position` of what was written now, undefined when it was so already. */
  | { readonly kind: 'done'; readonly state: PreferencesState; readonly position: Position | undefined }
  | { readonly kind: 'busy'; readonly retryAfterMs: number };

const MAX_CONFLICTS = 8;
const BUSY = { kind: 'busy', retryAfterMs: 500 } as const;

/**
 * Decides on the fold of the account's stream and appends at its revision; decides again on a conflict.
 * @param key to seal with; for events that have something to seal
 */
export async function commit<R>(
  { eventStore, states, clock, ids }: CommitDeps,
  actor: Actor,
  decide: (
    state: PreferencesState,
    now: number,
  ) => { readonly events: readonly PreferenceEvent<string>[] } | { readonly rejected: R },
  key?: SubjectKey,
): Promise<Committed<R>> {
  const accountId = actor.account;
  try {
    let loaded = states.peek(accountId) ?? (await states.load(accountId));
    for (let conflicts = 0; conflicts < MAX_CONFLICTS; conflicts += 1) {
      const now = clock.now();
      const { state, revision } = loaded;
      const decision = decide(state, now);
      if ('rejected' in decision || decision.events.length === 0) {
        // Nothing is appended, so nothing would tell that another node has written since.
        loaded = await states.refresh(accountId);
        if (loaded.revision > revision) continue;
        if ('rejected' in decision) return { kind: 'rejected', rejection: decision.rejected };
        return { kind: 'done', state, position: undefined };
      }
      const metadata = { occurredAt: now, actor };
      const events = decision.events.map((event) =>
        sealedPreference(event, key, { id: ids.next(), accountId, metadata }),
      );
      const outcome = await appendSettled(eventStore, {
        stream: preferencesStream(accountId),
        expected: revision < 0 ? 'no_stream' : revision,
        events,
      });
      if (outcome.kind === 'appended') {
        states.appended(accountId, revision + 1, events);
        return { kind: 'done', state: (await states.load(accountId)).state, position: outcome.position };
      }
      loaded = await states.refresh(accountId);
    }
    return BUSY;
  } catch (error) {
    if (error instanceof EventStoreError && (error.code === 'unavailable' || error.code === 'in_doubt')) return BUSY;
    throw error;
  }
}
