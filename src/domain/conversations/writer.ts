import { EventStoreError, type EventStore, type NewEvent, type Position } from '../../platform/eventStore/port.js';
import { appendSettled } from '../shared/append.js';
import { conversationStream } from '../shared/streams.js';
import { evolve, type ConversationState, type ConversationStreamEvent } from './state.js';
import { knownMessage, type ConversationStates, type KnownMessage, type LoadedConversation } from './states.js';

/** An event that is about to be stored, with the sequence that it would get. */
export type PendingEvent = NewEvent & ConversationStreamEvent;

export type Decision<Answer> = { readonly events: readonly NewEvent[] } | { readonly answer: Answer };

export interface ConversationCommand<Answer> {
  /** Of the message that it would add: a repeat is recognised by it, before anything else is looked at. */
  readonly messageId?: string;
  /** About how many bytes its events take. */
  readonly size: number;
  /** Brings facts from outside the stream up to date with the folded revision; again after each conflict. */
  gather?(loaded: LoadedConversation): Promise<void> | undefined;
  /** @param earlier events decided before it in the same append, which no read model can have. */
  decide(state: ConversationState, revision: number, earlier: readonly PendingEvent[]): Decision<Answer>;
}

export type Written<Answer> =
  /** `revision` is that of its first event, `position` that of the append. `repeated`: the identical append was stored before. */
  | {
      readonly kind: 'appended';
      readonly revision: number;
      readonly position: Position;
      readonly events: readonly NewEvent[];
      readonly repeated: boolean;
    }
  | { readonly kind: 'known'; readonly message: KnownMessage }
  | { readonly kind: 'answered'; readonly answer: Answer; readonly revision: number }
  | { readonly kind: 'busy'; readonly retryAfterMs: number };

/** What the read model answers about ids: the messages it has, and the revision it was projected up to. */
export interface KnownLookup {
  readonly messages: ReadonlyMap<string, KnownMessage>;
  readonly revision: number;
}

/**
 * All that is written to conversations' streams goes through here: one append at a time per conversation, at the exact
 * revision of the folded state; what arrives meanwhile is decided together and is the next append.
 */
export interface ConversationWriter {
  submit<Answer>(conversationId: string, command: ConversationCommand<Answer>): Promise<Written<Answer>>;
  findKnown(
    conversationId: string,
    loaded: LoadedConversation,
    messageIds: readonly string[],
  ): Promise<ReadonlyMap<string, KnownMessage>>;
}

export interface WriterDeps {
  readonly eventStore: EventStore;
  readonly states: ConversationStates;
  readonly findKnown: (conversationId: string, ids: readonly string[]) => Promise<KnownLookup>;
  /** Whether either of two accounts blocks the other. */
  readonly blockBetween: (a: string, b: string) => boolean | Promise<boolean>;
}

interface Pending {
  readonly command: ConversationCommand<unknown>;
  settle(written: Written<unknown>): void;
  fail(error: unknown): void;
}

interface Accepted {
  readonly pending: Pending;
  readonly events: readonly NewEvent[];
  readonly revision: number;
}

const MAX_BATCH_BYTES = 384 * 1024;
const MAX_BATCH = 200;
const MAX_CONFLICTS = 6;

export function conversationWriter({ eventStore, states, ...deps }: WriterDeps): ConversationWriter {
  const queues = new Map<string, Pending[]>();

  /** Looks in the newest messages, the read model, and the stream beyond it. */
  const findKnown = async (
    conversationId: string,
    loaded: LoadedConversation,
    ids: readonly string[],
  ): Promise<Map<string, KnownMessage>> => {
    const found = new Map<string, KnownMessage>();
    const look = (): string[] => {
      for (const id of ids) {
        const known = loaded.recent.get(id);
        if (known !== undefined) found.set(id, known);
      }
      return ids.filter((id) => !found.has(id));
    };
    const open = look();
    if (open.length === 0 || loaded.recentFrom === 0) return found;
    const { messages, revision } = await deps.findKnown(conversationId, open);
    for (const [id, known] of messages) found.set(id, known);
    if (revision + 1 < loaded.recentFrom) {
      const wanted = new Set(open);
      for await (const event of eventStore.readStream(conversationStream(conversationId), { from: revision + 1 }))
        if (wanted.has(event.id)) found.set(event.id, knownMessage(event));
    }
    look();
    return found;
  };

  /** Settles those that are known already; gives back the others. */
  const settleKnown = async (
    conversationId: string,
    loaded: LoadedConversation,
    batch: readonly Pending[],
  ): Promise<Pending[]> => {
    const ids = batch.flatMap(({ command }) => command.messageId ?? []);
    if (ids.length === 0) return [...batch];
    const known = await findKnown(conversationId, loaded, ids);
    return batch.filter((pending) => {
      const message = known.get(pending.command.messageId ?? '');
      if (message !== undefined) pending.settle({ kind: 'known', message });
      return message === undefined;
    });
  };

  const append = async (conversationId: string, batch: readonly Pending[]): Promise<void> => {
    const cached = states.peek(conversationId);
    let loaded = cached ?? (await states.load(conversationId));
    let current = cached === undefined;
    let open: readonly Pending[] = batch;
    if (!eventStore.refusesKnownIds || open.some(({ command }) => loaded.recent.has(command.messageId ?? '')))
      open = await settleKnown(conversationId, loaded, open);
    for (let conflicts = 0; conflicts < MAX_CONFLICTS && open.length > 0; conflicts += 1) {
      const gathering = open.flatMap(({ command }) => command.gather?.(loaded) ?? []);
      const { revision } = loaded;
      if (gathering.length > 0) await Promise.all(gathering);
      const [a, b] = loaded.state.kind === 'direct' ? loaded.state.members.keys() : [];
      const blocked = a === undefined || b === undefined ? false : deps.blockBetween(a, b);
      const withheld = blocked instanceof Promise ? await blocked : blocked;
      // Another node's events were folded meanwhile: the facts are older than the state.
      if (loaded.revision !== revision) continue;
      const expected = revision < 0 ? 'no_stream' : revision;
      const { accepted, answered } = decideAll(loaded, open, withheld);
      // What is written is checked by the append; what is answered is not to be about a state that another node has changed.
      if (answered.length > 0 && !current) {
        current = true;
        loaded = await states.refresh(conversationId);
        if (loaded.revision !== revision) continue;
      }
      if (answered.length > 0) await settleAnswered(conversationId, loaded, answered);
      if (accepted.length === 0) return;
      const events = accepted.length === 1 ? accepted[0]!.events : accepted.flatMap((each) => each.events);
      const outcome = await appendSettled(eventStore, { stream: conversationStream(conversationId), expected, events });
      if (outcome.kind === 'appended') {
        states.appended(conversationId, revision + 1, events, outcome.position);
        for (const { pending, revision: first, events: own } of accepted) {
          const { position, repeated } = outcome;
          pending.settle({ kind: 'appended', revision: first, position, events: own, repeated });
        }
        return;
      }
      loaded = await states.refresh(conversationId);
      current = true;
      // Known ids, or somebody else's append that may have been the first try of one of these.
      open = await settleKnown(
        conversationId,
        loaded,
        accepted.map(({ pending }) => pending),
      );
    }
    for (const pending of open) pending.settle({ kind: 'busy', retryAfterMs: 200 });
  };

  /** A message that is refused now may have been stored before: that answer comes first. */
  const settleAnswered = async (
    conversationId: string,
    loaded: LoadedConversation,
    answered: readonly { readonly pending: Pending; readonly answer: unknown }[],
  ): Promise<void> => {
    const pending = answered.map((each) => each.pending);
    const unknown = new Set(await settleKnown(conversationId, loaded, pending));
    for (const { pending, answer } of answered)
      if (unknown.has(pending)) pending.settle({ kind: 'answered', answer, revision: loaded.revision });
  };

  /** One append at a time; a repeat within one batch waits for the next. */
  const drain = async (conversationId: string, queue: Pending[]): Promise<void> => {
    while (queue.length > 0) {
      const batch = takeBatch(queue);
      try {
        await append(conversationId, batch);
      } catch (error) {
        const busy = error instanceof EventStoreError && (error.code === 'unavailable' || error.code === 'in_doubt');
        for (const pending of batch) {
          if (busy) pending.settle({ kind: 'busy', retryAfterMs: 1000 });
          else pending.fail(error);
        }
      }
    }
    queues.delete(conversationId);
  };

  return {
    findKnown,
    submit: <Answer>(conversationId: string, command: ConversationCommand<Answer>) =>
      new Promise<Written<Answer>>((settle, fail) => {
        const pending: Pending = { command, settle: settle as Pending['settle'], fail };
        const queue = queues.get(conversationId);
        if (queue !== undefined) {
          queue.push(pending);
          return;
        }
        const fresh = [pending];
        queues.set(conversationId, fresh);
        void drain(conversationId, fresh);
      }),
  };
}

/** Each command sees the state that those before it leave. */
function decideAll(
  loaded: LoadedConversation,
  batch: readonly Pending[],
  withheld: boolean,
): {
  readonly accepted: readonly Accepted[];
  readonly answered: readonly { readonly pending: Pending; readonly answer: unknown }[];
} {
  const accepted: Accepted[] = [];
  const answered: { pending: Pending; answer: unknown }[] = [];
  const earlier: PendingEvent[] = [];
  let { state, revision } = loaded;
  for (const pending of batch) {
    const decision = pending.command.decide(state, revision + 1, earlier);
    if ('answer' in decision) {
      answered.push({ pending, answer: decision.answer });
      continue;
    }
    const events = withheld ? decision.events.map(withheldEvent) : decision.events;
    accepted.push({ pending, events, revision: revision + 1 });
    for (const event of events) {
      const placed = { ...event, revision: (revision += 1) };
      state = evolve(state, placed);
      earlier.push(placed);
    }
  }
  return { accepted, answered };
}

/** Only its author will ever be told. What no account did is about what everybody has, and stays as it is. */
function withheldEvent(event: NewEvent): NewEvent {
  return event.metadata.actor === undefined ? event : { ...event, data: { ...event.data, withheld: true } };
}

/** The next batch off the queue: bounded in count and bytes, no message twice. */
function takeBatch(queue: Pending[]): Pending[] {
  const ids = new Set<string>();
  let bytes = 0;
  let count = 0;
  for (const { command } of queue) {
    const { messageId, size } = command;
    const repeats = messageId !== undefined && ids.has(messageId);
    if (count === MAX_BATCH || repeats || (count > 0 && bytes + size > MAX_BATCH_BYTES)) break;
    if (messageId !== undefined) ids.add(messageId);
    bytes += size;
    count += 1;
  }
  return queue.splice(0, count);
}
