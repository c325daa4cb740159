import { LRUCache } from 'lru-cache';
import type { EventStore, NewEvent, StoredEvent } from '../../platform/eventStore/port.js';
import { preferencesStream, streamId } from '../shared/streams.js';
import { evolve, NO_PREFERENCES, type Dated, type PreferencesState } from './state.js';

/** The fold of an account's stream up to `revision`; -1: nothing. */
export interface LoadedPreferences {
  readonly state: PreferencesState;
  readonly revision: number;
}

export interface PreferenceStates {
  /** The cached fold, or undefined; never waits. */
  peek(accountId: string): LoadedPreferences | undefined;
  /** The fold of the read model's snapshot and the stream's tail. Callers of the same time share one load. */
  load(accountId: string): Promise<LoadedPreferences>;
  /** Folds what the stream holds beyond the cached revision. */
  refresh(accountId: string): Promise<LoadedPreferences>;
  /** Folds events just appended at `revision`, the first one's. */
  appended(accountId: string, revision: number, events: readonly NewEvent[]): void;
  /** Must see the node's log in order. */
  onEvent(event: StoredEvent): void;
}

export interface PreferenceStatesDeps {
  readonly eventStore: Pick<EventStore, 'readStream'>;
  readonly findSnapshot: (accountId: string) => Promise<LoadedPreferences | undefined>;
}

/** Chats, stars, hidden and scheduled messages held in memory, of all accounts. */
const MAX_ENTRIES = 1_000_000;

export function preferenceStates({ eventStore, findSnapshot }: PreferenceStatesDeps): PreferenceStates {
  const cache = new LRUCache<string, LoadedPreferences>({
    maxSize: MAX_ENTRIES,
    sizeCalculation: ({ state }) =>
      1 + state.chats.size + state.starred.size + state.hidden.size + state.scheduled.size,
  });
  const loading = new Map<string, Promise<LoadedPreferences>>();

  const catchUp = async (accountId: string, from: LoadedPreferences): Promise<LoadedPreferences> => {
    let { state, revision } = from;
    for await (const event of eventStore.readStream(preferencesStream(accountId), { from: revision + 1 })) {
      state = evolve(state, event as unknown as Dated);
      ({ revision } = event);
    }
    // What was appended or came with the log meanwhile may have gone further.
    const meanwhile = cache.get(accountId);
    if (meanwhile !== undefined && meanwhile.revision >= revision) return meanwhile;
    const loaded = { state, revision };
    cache.set(accountId, loaded);
    return loaded;
  };

  const shared = (accountId: string, start: () => Promise<LoadedPreferences>): Promise<LoadedPreferences> => {
    const running = loading.get(accountId);
    if (running !== undefined) return running;
    const promise = start().finally(() => loading.delete(accountId));
    loading.set(accountId, promise);
    return promise;
  };

  const fold = (accountId: string, loaded: LoadedPreferences, revision: number, events: readonly NewEvent[]): void => {
    if (loaded.revision !== revision - 1) return;
    const state = events.reduce((folded, event) => evolve(folded, event as unknown as Dated), loaded.state);
    cache.set(accountId, { state, revision: revision + events.length - 1 });
  };

  return {
    peek: (accountId) => cache.get(accountId),
    load(accountId) {
      const cached = cache.get(accountId);
      if (cached !== undefined) return Promise.resolve(cached);
      return shared(accountId, async () =>
        catchUp(accountId, (await findSnapshot(accountId)) ?? { state: NO_PREFERENCES, revision: -1 }),
      );
    },
    refresh(accountId) {
      const cached = cache.get(accountId);
      return cached === undefined ? this.load(accountId) : shared(accountId, () => catchUp(accountId, cached));
    },
    appended(accountId, revision, events) {
      const loaded = cache.get(accountId);
      if (loaded !== undefined) fold(accountId, loaded, revision, events);
    },
    onEvent(event) {
      const accountId = streamId(event.stream);
      const loaded = cache.peek(accountId);
      if (loaded !== undefined) fold(accountId, loaded, event.revision, [event]);
    },
  };
}
