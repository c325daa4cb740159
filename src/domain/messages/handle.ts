import type { Clock } from '../../platform/clock/port.js';
import type { Position } from '../../platform/eventStore/port.js';
import type { KeyStore, SubjectKey } from '../../platform/keys/port.js';
import type { Limiter, LimitOutcome } from '../../platform/limits/port.js';
import type {
  Actor,
  ConversationCommand,
  ConversationStates,
  ConversationWriter,
  KnownMessage,
} from '../conversations/index.js';
import { uuidv8 } from '../shared/ids.js';
import { checkMessage, contentOf, type ContentProblem, type GivenContent } from './contents.js';
import { decideSend, type SendRejection } from './decide.js';
import type { Mentions } from './events.js';
import { sealerFor, type Sealer } from './expiring.js';
import { fingerprint, sealedMessage, sizeOf, type Asides, type Draft, type InTheClear } from './seal.js';
import { watchTarget, type TargetDeps, type TargetWatch } from './target.js';

export type SendOutcome =
  | {
      readonly outcome: 'sent';
      readonly messageId: string;
      readonly seq: number;
      readonly at: number;
      readonly position: Position;
      readonly repeated: boolean;
    }
  | { readonly outcome: Extract<SendRejection, string> }
  | { readonly outcome: 'refused'; readonly why: Exclude<SendRejection, string> }
  | ({ readonly outcome: 'invalid_text' } & ContentProblem)
  | { readonly outcome: 'idempotency_conflict' }
  | { readonly outcome: 'rate_limited'; readonly retryAfterMs: number }
  | { readonly outcome: 'busy'; readonly retryAfterMs: number };

export interface SendRequest {
  readonly actor: Actor;
  readonly conversationId: string;
  readonly clientId: string;
  readonly content: GivenContent;
  /** The id of the message that it answers. */
  readonly replyTo?: string;
  readonly mentions?: Mentions;
  readonly viewOnce?: true;
  /** Only of imports: the time that the message claims, milliseconds since the epoch. */
  readonly claimedAt?: number;
}

/** Of another message: `hops` counts this one. */
export interface Forwarded {
  readonly from: string;
  readonly hops: number;
}

export interface MessageHandlers {
  /** Idempotent for ever by (conversation, account, client id). Settles when the event is durable. */
  send(request: SendRequest): Promise<SendOutcome>;
  /** `send` for what is forwarded. `content` undefined: it cannot be any more, but may have been before. */
  sendForwarded(
    request: Omit<SendRequest, 'content'> & { readonly content: GivenContent | undefined },
    forwarded: Forwarded,
  ): Promise<SendOutcome | undefined>;
}

export interface MessageDeps extends TargetDeps {
  readonly writer: ConversationWriter;
  readonly states: Pick<ConversationStates, 'load' | 'peek'>;
  readonly keys: Pick<KeyStore, 'ensure' | 'find'>;
  readonly clock: Clock;
  readonly limiter: Limiter;
}

const EVENT_OVERHEAD = 600;
/** Until a repeat is decided with the timer as it is now. */
const TIMER_CHANGED_MS = 50;

/** A message's id follows from what it is the answer to, so that nobody can occupy or read another's by re-using an id. */
export function messageId(conversationId: string, account: string, clientId: string): string {
  return uuidv8(`message:${conversationId}:${account}:${clientId}`);
}

export function messageHandlers(deps: MessageDeps): MessageHandlers {
  const { writer, states, keys, clock, limiter } = deps;

  const findKnown = async (conversationId: string, draft: Draft): Promise<SendOutcome | undefined> => {
    const known = await writer.findKnown(conversationId, await states.load(conversationId), [draft.id]);
    const message = known.get(draft.id);
    return message === undefined ? undefined : answerKnown(conversationId, message, draft);
  };

  const answerKnown = async (conversationId: string, known: KnownMessage, draft: Draft): Promise<SendOutcome> => {
    const { id, seq, at, position } = known;
    return (await isSame(conversationId, known, draft))
      ? { outcome: 'sent', messageId: id, seq, at, position, repeated: true }
      : { outcome: 'idempotency_conflict' };
  };

  /** What is gone cannot be compared with any more: then the first answer stands. */
  const isSame = async (
    conversationId: string,
    { fingerprint: known }: KnownMessage,
    draft: Draft,
  ): Promise<boolean> => {
    const [hour = '', print] = known.split(':');
    if (print === undefined) return known === draft.fingerprint;
    const key = await keys.find({ subject: draft.account, scope: `conversation:${conversationId}:${hour}` });
    return key === undefined || draft.print(key) === print;
  };

  /** A message to a list is many messages. */
  const takeLimits = async (conversationId: string, actor: Actor): Promise<LimitOutcome> => {
    const limit = await limiter.take('sendMessage', actor.device);
    if (!limit.ok || states.peek(conversationId)?.state.kind !== 'broadcast') return limit;
    return limiter.take('broadcast', actor.account);
  };

  const keyOf = async (account: string): Promise<SubjectKey> => keys.ensure({ subject: account, scope: 'account' });

  const draftOf = (
    { actor, conversationId, clientId }: Pick<SendRequest, 'actor' | 'conversationId' | 'clientId'>,
    key: SubjectKey,
    print: Draft['print'],
  ): Draft => ({
    id: messageId(conversationId, actor.account, clientId),
    clientId,
    account: actor.account,
    fingerprint: print(key),
    print,
    metadata: { occurredAt: clock.now(), actor },
  });

  const append = async (
    { actor, conversationId, ...request }: SendRequest,
    key: SubjectKey,
    draft: Draft,
    hops?: number,
  ): Promise<SendOutcome> => {
    const limit = await takeLimits(conversationId, actor);
    if (!limit.ok) {
      const known = await findKnown(conversationId, draft);
      return known ?? { outcome: 'rate_limited', retryAfterMs: limit.retryAfterMs };
    }
    const { replyTo } = request;
    const watch = replyTo === undefined ? undefined : watchTarget(deps, conversationId, { id: replyTo }, actor.account);
    const { occurredAt: now } = draft.metadata;
    const sealer = sealerFor(keys, { account: actor.account, conversationId, now, key });
    const written = await writer.submit(conversationId, sendCommand(draft, sealer, request, watch, hops));
    switch (written.kind) {
      case 'appended': {
        const { at } = written.events[0]!.data as { readonly at: number };
        const { revision: seq, position, repeated } = written;
        return { outcome: 'sent', messageId: draft.id, seq, at, position, repeated };
      }
      case 'known':
        return answerKnown(conversationId, written.message, draft);
      case 'answered':
        if (written.answer === 'timer_changed') return { outcome: 'busy', retryAfterMs: TIMER_CHANGED_MS };
        return typeof written.answer === 'string'
          ? { outcome: written.answer }
          : { outcome: 'refused', why: written.answer };
      case 'busy':
        return { outcome: 'busy', retryAfterMs: written.retryAfterMs };
    }
  };

  return {
    async send(request) {
      const { actor, clientId, content } = request;
      const problem = checkMessage(clientId, content);
      if (problem !== null) return { outcome: 'invalid_text', ...problem };
      const ensured = keys.ensure({ subject: actor.account, scope: 'account' });
      const key = ensured instanceof Promise ? await ensured : ensured;
      return append(
        request,
        key,
        draftOf(request, key, (under) => fingerprint(under, content, asidesOf(request))),
      );
    },
    async sendForwarded({ content, ...request }, { from, hops }) {
      const key = await keyOf(request.actor.account);
      const draft = draftOf(request, key, (under) => fingerprint(under, undefined, { forwarded: from }));
      return content === undefined
        ? findKnown(request.conversationId, draft)
        : append({ ...request, content }, key, draft, hops);
    },
  };
}

/** Undefined for a plain message. */
function asidesOf({ replyTo, mentions, viewOnce }: SendRequest): Asides | undefined {
  if (replyTo === undefined && mentions === undefined && viewOnce === undefined) return undefined;
  return {
    ...(replyTo === undefined ? {} : { replyTo }),
    ...(mentions === undefined ? {} : { mentions }),
    ...(viewOnce === undefined ? {} : { viewOnce }),
  };
}

function sendCommand(
  draft: Draft,
  sealer: Sealer,
  request: Omit<SendRequest, 'actor' | 'conversationId'>,
  watch: TargetWatch | undefined,
  hops: number | undefined,
): ConversationCommand<SendRejection | 'timer_changed'> {
  const { content, mentions, viewOnce, claimedAt = draft.metadata.occurredAt } = request;
  const beside = {
    ...(mentions === undefined ? {} : { mentions }),
    ...(viewOnce === undefined ? {} : { viewOnce }),
  };
  const command = { account: draft.account, at: claimedAt, content, ...beside };
  return {
    messageId: draft.id,
    size: EVENT_OVERHEAD + sizeOf(contentOf(content, 0)),
    gather(loaded) {
      const sealing = sealer.gather(loaded.state);
      if (watch === undefined) return sealing;
      return Promise.all([watch.gather(loaded), sealing]).then(() => undefined);
    },
    decide(state, _revision, earlier) {
      const answered = watch === undefined ? undefined : { target: watch.after(earlier) };
      const decision = decideSend(state, command, answered);
      if ('rejected' in decision) return { answer: decision.rejected };
      const sealing = sealer.of(state);
      if (sealing === undefined) return { answer: 'timer_changed' };
      const { at } = decision.accepted;
      const more: InTheClear = {
        ...(answered?.target === undefined ? {} : { replyTo: answered.target.seq }),
        ...(hops === undefined ? {} : { hops }),
        ...beside,
      };
      return { events: [sealedMessage(draft, sealing, at, contentOf(content, at), more)] };
    },
  };
}
