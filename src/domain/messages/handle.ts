import type { Clock } from '../../platform/clock/port.js';
import { EventStoreError, type EventStore, type NewEvent, type Position } from '../../platform/eventStore/port.js';
import type { KeyStore, SubjectKey } from '../../platform/keys/port.js';
import type { Limiter } from '../../platform/limits/port.js';
import type { Actor, ConversationStates, KnownMessage, LoadedConversation } from '../conversations/index.js';
import { appendSettled } from '../shared/append.js';
import { uuidv8 } from '../shared/ids.js';
import { conversationStream } from '../shared/streams.js';
import { checkMessage, decideSend, type ContentProblem } from './decide.js';
import type { MessageContent } from './events.js';
import { fingerprint, sealedMessage, type Draft } from './seal.js';

export type SendOutcome =
  | {
      readonly outcome: 'sent';
      readonly messageId: string;
      readonly seq: number;
      readonly at: number;
      readonly position: Position;
      readonly repeated: boolean;
    }
  | { readonly outcome: 'not_a_member' }
  | ({ readonly outcome: 'invalid_text' } & ContentProblem)
  | { readonly outcome: 'idempotency_conflict' }
  | { readonly outcome: 'rate_limited'; readonly retryAfterMs: number }
  | { readonly outcome: 'busy'; readonly retryAfterMs: number };

export interface SendRequest {
  readonly actor: Actor;
  readonly conversationId: string;
  readonly clientId: string;
  readonly content: MessageContent<string>;
  /** Only of imports: the time that the message claims, milliseconds since the epoch. */
  readonly claimedAt?: number;
}

export interface MessageHandlers {
  /** Idempotent for ever by (conversation, account, client id). Settles when the event is durable. */
  send(request: SendRequest): Promise<SendOutcome>;
}

/** What the read model answers about ids: the messages it has, and the revision it was projected up to. */
export interface KnownLookup {
  readonly messages: ReadonlyMap<string, KnownMessage>;
  readonly revision: number;
}

export interface MessageDeps {
  readonly eventStore: EventStore;
  readonly states: ConversationStates;
  readonly keys: Pick<KeyStore, 'ensure'>;
  readonly clock: Clock;
  readonly limiter: Limiter;
  readonly findKnown: (conversationId: string, ids: readonly string[]) => Promise<KnownLookup>;
}

interface Pending {
  readonly draft: Draft;
  readonly key: SubjectKey;
  readonly claimedAt: number;
  readonly size: number;
  settle(outcome: SendOutcome): void;
  fail(error: unknown): void;
}

const MAX_BATCH_BYTES = 384 * 1024;
const MAX_BATCH = 200;
const MAX_CONFLICTS = 6;
const EVENT_OVERHEAD = 600;

/** A message's id follows from what it is the answer to, so that nobody can occupy or read another's by re-using an id. */
export function messageId(conversationId: string, account: string, clientId: string): string {
  return uuidv8(`message:${conversationId}:${account}:${clientId}`);
}

export function messageHandlers(deps: MessageDeps): MessageHandlers {
  const { eventStore, states } = deps;
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
    let open = look();
    if (open.length === 0 || loaded.recentFrom === 0) return found;
    const { messages, revision } = await deps.findKnown(conversationId, open);
    for (const [id, known] of messages) found.set(id, known);
    if (revision + 1 < loaded.recentFrom) {
      const wanted = new Set(open);
      for await (const event of eventStore.readStream(conversationStream(conversationId), { from: revision + 1 })) {
        if (!wanted.has(event.id)) continue;
        const data = event.data as { readonly at: number; readonly fingerprint: string };
        found.set(event.id, {
          id: event.id,
          seq: event.revision,
          at: data.at,
          position: event.position,
          fingerprint: data.fingerprint,
        });
      }
    }
    open = look();
    return found;
  };

  const answerKnown = (known: KnownMessage, draft: Draft): SendOutcome =>
    known.fingerprint === draft.fingerprint
      ? { outcome: 'sent', messageId: known.id, seq: known.seq, at: known.at, position: known.position, repeated: true }
      : { outcome: 'idempotency_conflict' };

  /** Settles those that are known already; gives back the others. */
  const settleKnown = async (
    conversationId: string,
    loaded: LoadedConversation,
    batch: Pending[],
  ): Promise<Pending[]> => {
    const known = await findKnown(
      conversationId,
      loaded,
      batch.map(({ draft }) => draft.id),
    );
    return batch.filter((pending) => {
      const message = known.get(pending.draft.id);
      if (message !== undefined) pending.settle(answerKnown(message, pending.draft));
      return message === undefined;
    });
  };

  const append = async (conversationId: string, batch: Pending[]): Promise<void> => {
    let loaded = states.peek(conversationId) ?? (await states.load(conversationId));
    let open = batch;
    if (!eventStore.refusesKnownIds || open.some(({ draft }) => loaded.recent.has(draft.id)))
      open = await settleKnown(conversationId, loaded, open);
    for (let conflicts = 0; conflicts < MAX_CONFLICTS && open.length > 0; conflicts += 1) {
      const { accepted, refused } = decideAll(loaded, open);
      if (refused.length > 0)
        for (const pending of await settleKnown(conversationId, loaded, refused))
          pending.settle({ outcome: 'not_a_member' });
      if (accepted.length === 0) return;
      const expected = loaded.revision;
      const outcome = await appendSettled(eventStore, {
        stream: conversationStream(conversationId),
        expected,
        events: accepted.map(({ event }) => event),
      });
      if (outcome.kind === 'appended') {
        const stored = accepted.map(({ pending, event, at }, index) => ({
          pending,
          event,
          known: {
            id: event.id,
            seq: expected + 1 + index,
            at,
            position: outcome.position,
            fingerprint: pending.draft.fingerprint,
          },
        }));
        states.appended(
          conversationId,
          expected + 1,
          stored.map(({ event }) => event),
          stored.map(({ known }) => known),
        );
        for (const { pending, known } of stored)
          pending.settle({
            outcome: 'sent',
            messageId: known.id,
            seq: known.seq,
            at: known.at,
            position: known.position,
            repeated: outcome.repeated,
          });
        return;
      }
      open = accepted.map(({ pending }) => pending);
      loaded = await states.refresh(conversationId);
      // Known ids, or somebody else's append that may have been the first try of one of these.
      open = await settleKnown(conversationId, loaded, open);
    }
    for (const pending of open) pending.settle({ outcome: 'busy', retryAfterMs: 200 });
  };

  const decideAll = (
    loaded: LoadedConversation,
    batch: readonly Pending[],
  ): { accepted: { pending: Pending; event: NewEvent; at: number }[]; refused: Pending[] } => {
    const accepted: { pending: Pending; event: NewEvent; at: number }[] = [];
    const refused: Pending[] = [];
    let { state } = loaded;
    for (const pending of batch) {
      const decision = decideSend(state, { account: pending.draft.account, at: pending.claimedAt });
      if ('rejected' in decision) {
        refused.push(pending);
        continue;
      }
      const { at } = decision.accepted;
      if (state.kind === 'direct') state = { ...state, lastAt: at };
      accepted.push({ pending, event: sealedMessage(pending.draft, pending.key, at), at });
    }
    return { accepted, refused };
  };

  /** One append at a time per conversation; what arrives meanwhile is the next batch. A repeat within one batch waits for the next. */
  const drain = async (conversationId: string, queue: Pending[]): Promise<void> => {
    while (queue.length > 0) {
      const batch = takeBatch(queue);
      try {
        await append(conversationId, batch);
      } catch (error) {
        const busy = error instanceof EventStoreError && (error.code === 'unavailable' || error.code === 'in_doubt');
        for (const pending of batch) {
          if (busy) pending.settle({ outcome: 'busy', retryAfterMs: 1000 });
          else pending.fail(error);
        }
      }
    }
    queues.delete(conversationId);
  };

  const enqueue = (conversationId: string, pending: Pending): void => {
    const queue = queues.get(conversationId);
    if (queue !== undefined) {
      queue.push(pending);
      return;
    }
    const fresh = [pending];
    queues.set(conversationId, fresh);
    void drain(conversationId, fresh);
  };

  return {
    async send({ actor, conversationId, clientId, content, claimedAt }) {
      const problem = checkMessage(clientId, content);
      if (problem !== null) return { outcome: 'invalid_text', ...problem };
      const ensured = deps.keys.ensure({ subject: actor.account, scope: 'account' });
      const key = ensured instanceof Promise ? await ensured : ensured;
      const now = deps.clock.now();
      const draft: Draft = {
        id: messageId(conversationId, actor.account, clientId),
        clientId,
        account: actor.account,
        content,
        fingerprint: fingerprint(key, content),
        metadata: { occurredAt: now, actor },
      };
      const limit = await deps.limiter.take('sendMessage', actor.device);
      if (!limit.ok) {
        const loaded = await states.load(conversationId);
        const known = (await findKnown(conversationId, loaded, [draft.id])).get(draft.id);
        return known === undefined
          ? { outcome: 'rate_limited', retryAfterMs: limit.retryAfterMs }
          : answerKnown(known, draft);
      }
      const size = EVENT_OVERHEAD + (content.kind === 'text' ? content.text.length * 4 : content.bytes.length);
      return new Promise<SendOutcome>((settle, fail) => {
        enqueue(conversationId, { draft, key, claimedAt: claimedAt ?? now, size, settle, fail });
      });
    },
  };
}

/** The next batch off the queue: bounded in count and bytes, no id twice. */
function takeBatch(queue: Pending[]): Pending[] {
  const ids = new Set<string>();
  let bytes = 0;
  let count = 0;
  for (const { draft, size } of queue) {
    if (count === MAX_BATCH || ids.has(draft.id) || (count > 0 && bytes + size > MAX_BATCH_BYTES)) break;
    ids.add(draft.id);
    bytes += size;
    count += 1;
  }
  return queue.splice(0, count);
}
