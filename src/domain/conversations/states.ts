import { LRUCache } from 'lru-cache';
import type { EventStore, NewEvent, Position, StoredEvent } from '../../platform/eventStore/port.js';
import { conversationStream } from '../shared/streams.js';
import { ABSENT, evolve, type ConversationState } from './state.js';

/** A message as later sends must know it: enough to answer a repeat. */
export interface KnownMessage {
  readonly id: string;
  readonly seq: number;
  readonly at: number;
  readonly position: Position;
  readonly fingerprint: string;
}

/** The fold of a conversation's stream up to `revision` (-1: nothing), with the newest messages of it. */
export interface LoadedConversation {
  state: ConversationState;
  revision: number;
  /** Every message with a revision of `recentFrom` or more is in `recent`. */
  recentFrom: number;
  readonly recent: Map<string, KnownMessage>;
}

/** What the read model knows of a conversation, and up to which revision. */
export interface ConversationSnapshot {
  readonly state: ConversationState;
  readonly revision: number;
}

export interface ConversationStates {
  /** The cached fold, or undefined; never waits. */
  peek(conversationId: string): LoadedConversation | undefined;
  /** The fold from the read model's snapshot and the stream's tail. Callers of the same time share one load. */
  load(conversationId: string): Promise<LoadedConversation>;
  /** Folds what the stream holds beyond the cached revision. */
  refresh(conversationId: string): Promise<LoadedConversation>;
  /** Folds events just appended at `revision`, the first one's; `position` is the last one's. */
  appended(conversationId: string, revision: number, events: readonly NewEvent[], position: Position): void;
  /** Must see the node's log in order. */
  onEvent(event: StoredEvent): void;
}

export interface ConversationStatesDeps {
  readonly eventStore: Pick<EventStore, 'readStream'>;
  readonly findSnapshot: (conversationId: string) => Promise<ConversationSnapshot | undefined>;
}

const MAX_STATES = 50_000;
const MAX_RECENT = 256;

export function conversationStates({ eventStore, findSnapshot }: ConversationStatesDeps): ConversationStates {
  const cache = new LRUCache<string, LoadedConversation>({ max: MAX_STATES });
  const loading = new Map<string, Promise<LoadedConversation>>();

  const remember = (loaded: LoadedConversation, message: KnownMessage): void => {
    loaded.recent.set(message.id, message);
    if (loaded.recent.size <= MAX_RECENT) return;
    for (const [id, oldest] of loaded.recent) {
      loaded.recent.delete(id);
      loaded.recentFrom = oldest.seq + 1;
      break;
    }
  };

  const fold = (loaded: LoadedConversation, event: StoredEvent): void => {
    if (event.revision !== loaded.revision + 1) return;
    loaded.state = evolve(loaded.state, event);
    loaded.revision = event.revision;
    if (event.type === 'MessageSent') remember(loaded, knownMessage(event));
  };

  const catchUp = async (conversationId: string, loaded: LoadedConversation): Promise<LoadedConversation> => {
    for await (const event of eventStore.readStream(conversationStream(conversationId), { from: loaded.revision + 1 }))
      fold(loaded, event);
    return loaded;
  };

  const shared = (conversationId: string, start: () => Promise<LoadedConversation>): Promise<LoadedConversation> => {
    const running = loading.get(conversationId);
    if (running !== undefined) return running;
    const promise = start().finally(() => loading.delete(conversationId));
    loading.set(conversationId, promise);
    return promise;
  };

  return {
    peek: (conversationId) => cache.get(conversationId),
    load(conversationId) {
      const cached = cache.get(conversationId);
      if (cached !== undefined) return Promise.resolve(cached);
      return shared(conversationId, async () => {
        const snapshot = (await findSnapshot(conversationId)) ?? { state: ABSENT, revision: -1 };
        const loaded = await catchUp(conversationId, {
          ...snapshot,
          recentFrom: snapshot.revision + 1,
          recent: new Map(),
        });
        // What does not exist is not remembered: anybody could fill the cache by asking.
        if (loaded.revision >= 0) cache.set(conversationId, loaded);
        return loaded;
      });
    },
    async refresh(conversationId) {
      const cached = cache.get(conversationId);
      return cached === undefined
        ? this.load(conversationId)
        : shared(conversationId, () => catchUp(conversationId, cached));
    },
    appended(conversationId, revision, events, position) {
      let loaded = cache.get(conversationId);
      if (loaded === undefined) {
        if (revision !== 0) return;
        loaded = { state: ABSENT, revision: -1, recentFrom: 0, recent: new Map() };
        cache.set(conversationId, loaded);
      }
      if (loaded.revision !== revision - 1) return;
      for (const [index, event] of events.entries()) {
        const stored = { ...event, revision: revision + index, position };
        loaded.state = evolve(loaded.state, stored);
        if (event.type === 'MessageSent') remember(loaded, knownMessage(stored));
      }
      loaded.revision = revision + events.length - 1;
    },
    onEvent(event) {
      const loaded = cache.peek(event.stream.slice('conversation-'.length));
      if (loaded !== undefined) fold(loaded, event);
    },
  };
}

export function knownMessage(event: NewEvent & Pick<StoredEvent, 'revision' | 'position'>): KnownMessage {
  const data = event.data as { readonly at: number; readonly fingerprint: string };
  return { id: event.id, seq: event.revision, at: data.at, position: event.position, fingerprint: data.fingerprint };
}
