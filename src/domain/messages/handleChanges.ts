import type { EventStore, Position } from '../../platform/eventStore/port.js';
import type { Limiter } from '../../platform/limits/port.js';
import type { Actor } from '../conversations/index.js';
import { checkText } from '../shared/text.js';
import { checkPlace, MAX_TEXT, type ContentProblem, type GivenPlace } from './contents.js';
import { decideDelete, decideEdit, decidePin, decideReact, type ChangeRejection } from './decideChange.js';
import { decideClosePoll, decideEndLive, decideMove, decideOpen, decideVote } from './decideKinds.js';
import { emojiOf } from './emoji.js';
import type { Mentions, MessageContent } from './events.js';
import {
  sealedAs,
  submitChange,
  type ChangeCommand,
  type DecideChange,
  type SubmitChangeDeps,
} from './submitChange.js';

export type ChangeOutcome =
  /** `position`: where it is so. */
  | {
      readonly outcome: 'changed';
      readonly conversationId: string;
      readonly seq: number;
      readonly position: Position;
    }
  | { readonly outcome: 'refused'; readonly why: ChangeRejection }
  | ({ readonly outcome: 'invalid_text' } & ContentProblem)
  | { readonly outcome: 'rate_limited'; readonly retryAfterMs: number }
  | { readonly outcome: 'busy'; readonly retryAfterMs: number };

export interface ChangeRequest {
  readonly actor: Actor;
  readonly messageId: string;
}

/** What becomes of messages. Each is a no-op when it is so already, so that a repeat is safe. */
export interface MessageChangeHandlers {
  edit(request: ChangeRequest & { readonly text: string; readonly mentions?: Mentions }): Promise<ChangeOutcome>;
  delete(request: ChangeRequest): Promise<ChangeOutcome>;
  react(request: ChangeRequest & { readonly emoji: string | null }): Promise<ChangeOutcome>;
  pin(request: ChangeRequest & { readonly pinned: boolean }): Promise<ChangeOutcome>;
  vote(request: ChangeRequest & { readonly options: readonly number[] }): Promise<ChangeOutcome>;
  closePoll(request: ChangeRequest): Promise<ChangeOutcome>;
  moveLocation(request: ChangeRequest & { readonly place: GivenPlace }): Promise<ChangeOutcome>;
  endLocation(request: ChangeRequest): Promise<ChangeOutcome>;
  /** What it says, to who opens it: nowhere else. */
  openViewOnce(request: ChangeRequest): Promise<ChangeOutcome & { readonly said?: SaidOnce }>;
}

/** What a message that is shown once says, as the read model has it. */
export interface SaidOnce {
  readonly content: MessageContent<string>;
  readonly deviceId: string;
}

export interface MessagePlace {
  readonly conversationId: string;
  readonly seq: number;
}

export interface MessageChangeDeps extends SubmitChangeDeps {
  readonly eventStore: Pick<EventStore, 'readStream' | 'head'>;
  readonly limiter: Limiter;
  /** Where the read model has a message. */
  readonly findPlace: (messageId: string) => Promise<MessagePlace | undefined>;
  /** Undefined once it says nothing any more. */
  readonly findSaidOnce: (place: MessagePlace) => Promise<SaidOnce | undefined>;
  /** Resolves when the read model has all that is in the log now, or after some time. */
  readonly caughtUp: () => Promise<unknown>;
}

/** About how many bytes a change takes beside its text. */
export const CHANGE_SIZE = 600;

export function messageChangeHandlers(deps: MessageChangeDeps): MessageChangeHandlers {
  /** A message that was acknowledged a moment ago may not be in the read model yet. */
  const placeOf = async (messageId: string): Promise<MessagePlace | undefined> => {
    const found = await deps.findPlace(messageId);
    if (found !== undefined) return found;
    await deps.caughtUp();
    return deps.findPlace(messageId);
  };

  const change = async (
    { actor, messageId }: ChangeRequest,
    size: number,
    decide: DecideChange,
    sealed?: ChangeCommand['sealed'],
  ): Promise<ChangeOutcome> => {
    const limit = await deps.limiter.take('changeMessage', actor.device);
    if (!limit.ok) return { outcome: 'rate_limited', retryAfterMs: limit.retryAfterMs };
    const place = await placeOf(messageId);
    if (place === undefined) return { outcome: 'refused', why: { kind: 'no_such_message' } };
    const { conversationId, seq } = place;
    const written = await submitChange(deps, {
      actor,
      conversationId,
      ref: { seq },
      size,
      decide,
      ...(sealed === undefined ? {} : { sealed }),
    });
    switch (written.kind) {
      case 'appended':
        return { outcome: 'changed', conversationId, seq, position: written.position };
      case 'answered':
        return written.answer === 'unchanged'
          ? { outcome: 'changed', conversationId, seq, position: await deps.eventStore.head() }
          : { outcome: 'refused', why: written.answer };
      case 'busy':
        return { outcome: 'busy', retryAfterMs: written.retryAfterMs };
      case 'known':
        throw new Error('a change has no id that could be known');
    }
  };

  return {
    async edit({ text, mentions, ...request }) {
      const problem = checkText(text, { max: MAX_TEXT });
      if (problem !== null) return { outcome: 'invalid_text', field: 'text', reason: problem };
      return change(
        request,
        CHANGE_SIZE + text.length * 4,
        (asked) => decideEdit(asked, { text, ...(mentions === undefined ? {} : { mentions }) }),
        sealedAs('text', text),
      );
    },
    delete: (request) => change(request, CHANGE_SIZE, decideDelete),
    async react({ emoji: given, ...request }) {
      const emoji = given === null ? null : emojiOf(given);
      if (given !== null && emoji === null) return { outcome: 'invalid_text', field: 'emoji', reason: 'malformed' };
      return change(request, CHANGE_SIZE, (asked) => decideReact(asked, { emoji }));
    },
    pin: ({ pinned, ...request }) => change(request, CHANGE_SIZE, (asked) => decidePin(asked, { pinned })),
    vote: ({ options, ...request }) => change(request, CHANGE_SIZE, (asked) => decideVote(asked, { options })),
    closePoll: (request) => change(request, CHANGE_SIZE, decideClosePoll),
    async moveLocation({ place: given, ...request }) {
      const problem = checkPlace(given);
      if (problem !== null) return { outcome: 'invalid_text', ...problem };
      const place = JSON.stringify(given);
      return change(
        request,
        CHANGE_SIZE + place.length * 4,
        (asked) => decideMove(asked, { place }),
        sealedAs('place', place),
      );
    },
    endLocation: (request) => change(request, CHANGE_SIZE, decideEndLive),
    async openViewOnce(request) {
      // Before it is opened: the last to open it leaves nothing in the read model.
      const place = await placeOf(request.messageId);
      const said = place === undefined ? undefined : await deps.findSaidOnce(place);
      const done = await change(request, CHANGE_SIZE, decideOpen);
      return done.outcome === 'changed' && said !== undefined ? { ...done, said } : done;
    },
  };
}
