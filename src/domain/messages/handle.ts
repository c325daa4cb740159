import type { Clock } from '../../platform/clock/port.js';
import type { Position } from '../../platform/eventStore/port.js';
import type { KeyStore, SubjectKey } from '../../platform/keys/port.js';
import type { Limiter } from '../../platform/limits/port.js';
import type {
  Actor,
  ConversationCommand,
  ConversationStates,
  ConversationWriter,
  KnownMessage,
} from '../conversations/index.js';
import { uuidv8 } from '../shared/ids.js';
import { checkMessage, decideSend, type ContentProblem, type SendRejection } from './decide.js';
import type { MessageContent } from './events.js';
import { fingerprint, sealedMessage, sizeOf, type Draft } from './seal.js';

export type SendOutcome =
  | {
      readonly outcome: 'sent';
      readonly messageId: string;
      readonly seq: number;
      readonly at: number;
      readonly position: Position;
      readonly repeated: boolean;
    }
  | { readonly outcome: SendRejection }
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

export interface MessageDeps {
  readonly writer: ConversationWriter;
  readonly states: Pick<ConversationStates, 'load'>;
  readonly keys: Pick<KeyStore, 'ensure'>;
  readonly clock: Clock;
  readonly limiter: Limiter;
}

const EVENT_OVERHEAD = 600;

/** A message's id follows from what it is the answer to, so that nobody can occupy or read another's by re-using an id. */
export function messageId(conversationId: string, account: string, clientId: string): string {
  return uuidv8(`message:${conversationId}:${account}:${clientId}`);
}

export function messageHandlers({ writer, states, keys, clock, limiter }: MessageDeps): MessageHandlers {
  return {
    async send({ actor, conversationId, clientId, content, claimedAt }) {
      const problem = checkMessage(clientId, content);
      if (problem !== null) return { outcome: 'invalid_text', ...problem };
      const ensured = keys.ensure({ subject: actor.account, scope: 'account' });
      const key = ensured instanceof Promise ? await ensured : ensured;
      const now = clock.now();
      const draft: Draft = {
        id: messageId(conversationId, actor.account, clientId),
        clientId,
        account: actor.account,
        content,
        fingerprint: fingerprint(key, content),
        metadata: { occurredAt: now, actor },
      };
      const limit = await limiter.take('sendMessage', actor.device);
      if (!limit.ok) {
        const known = (await writer.findKnown(conversationId, await states.load(conversationId), [draft.id])).get(
          draft.id,
        );
        return known === undefined
          ? { outcome: 'rate_limited', retryAfterMs: limit.retryAfterMs }
          : answerKnown(known, draft);
      }
      const written = await writer.submit(conversationId, sendCommand(draft, key, claimedAt ?? now));
      switch (written.kind) {
        case 'appended': {
          const { at } = written.events[0]!.data as { readonly at: number };
          const { revision: seq, position, repeated } = written;
          return { outcome: 'sent', messageId: draft.id, seq, at, position, repeated };
        }
        case 'known':
          return answerKnown(written.message, draft);
        case 'answered':
          return { outcome: written.answer };
        case 'busy':
          return { outcome: 'busy', retryAfterMs: written.retryAfterMs };
      }
    },
  };
}

function sendCommand(draft: Draft, key: SubjectKey, claimedAt: number): ConversationCommand<SendRejection> {
  const { content } = draft;
  return {
    messageId: draft.id,
    size: EVENT_OVERHEAD + sizeOf(content),
    decide(state) {
      const decision = decideSend(state, { account: draft.account, at: claimedAt });
      return 'rejected' in decision
        ? { answer: decision.rejected }
        : { events: [sealedMessage(draft, key, decision.accepted.at)] };
    },
  };
}

function answerKnown(known: KnownMessage, draft: Draft): SendOutcome {
  if (known.fingerprint !== draft.fingerprint) return { outcome: 'idempotency_conflict' };
  const { id, seq, at, position } = known;
  return { outcome: 'sent', messageId: id, seq, at, position, repeated: true };
}
