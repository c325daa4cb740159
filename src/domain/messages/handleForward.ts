import type { Actor } from '../conversations/index.js';
import { givenOf, type GivenContent } from './contents.js';
import type { MessageContent } from './events.js';
import type { MessageHandlers, SendOutcome } from './handle.js';

export const FORWARD_LIMITS = {
  messages: 30,
  conversations: 5,
  /** What went through as many hands goes to one conversation at a time. */
  manyHops: 5,
} as const;

/** A message as its forwarder sees it. `content` undefined: it says nothing any more. */
export interface ForwardSource {
  readonly id: string;
  readonly content: MessageContent<string> | undefined;
  readonly hops: number;
  readonly viewOnce: boolean;
}

export interface ForwardRequest {
  readonly actor: Actor;
  readonly messageIds: readonly string[];
  readonly conversationIds: readonly string[];
  /** The client id of each new message is `<clientId>/<index of the message>`. */
  readonly clientId: string;
}

export interface ForwardedOne {
  readonly conversationId: string;
  readonly sourceId: string;
  readonly clientId: string;
  readonly outcome:
    SendOutcome | { readonly outcome: 'refused'; readonly why: { readonly kind: 'gone' | 'not_applicable' } };
}

export type ForwardOutcome =
  | { readonly outcome: 'forwarded'; readonly all: readonly ForwardedOne[] }
  | { readonly outcome: 'too_many'; readonly limit: number }
  | { readonly outcome: 'busy'; readonly retryAfterMs: number };

export interface ForwardHandlers {
  /** Each as by `send`, with its idempotency; those of a conversation in the order that was given. */
  forward(request: ForwardRequest): Promise<ForwardOutcome>;
}

const BUSY_MS = 1_000;

export interface ForwardDeps {
  readonly messages: Pick<MessageHandlers, 'sendForwarded'>;
  /** Those of the messages that the account may see. */
  readonly findSources: (account: string, messageIds: readonly string[]) => Promise<readonly ForwardSource[]>;
  /** True once the read model has all that is in the log now; false when that took too long. */
  readonly caughtUp: () => Promise<boolean>;
}

export function forwardHandlers({ messages, findSources, caughtUp }: ForwardDeps): ForwardHandlers {
  const forwardOne = async (
    request: Omit<ForwardRequest, 'messageIds' | 'conversationIds'> & { readonly conversationId: string },
    from: string,
    source: ForwardSource | undefined,
  ): Promise<ForwardedOne['outcome']> => {
    const given = source === undefined ? undefined : forwardable(source);
    const content = typeof given === 'string' ? undefined : given;
    const sent = await messages.sendForwarded({ ...request, content }, { from, hops: (source?.hops ?? 0) + 1 });
    if (sent !== undefined) return sent;
    if (source === undefined) return { outcome: 'refused', why: { kind: 'no_such_message' } };
    return { outcome: 'refused', why: { kind: given === 'not_applicable' ? given : 'gone' } };
  };

  return {
    async forward({ actor, clientId, ...request }) {
      const messageIds = [...new Set(request.messageIds)];
      const conversationIds = [...new Set(request.conversationIds)];
      const { messages: most, conversations, manyHops } = FORWARD_LIMITS;
      if (messageIds.length > most) return { outcome: 'too_many', limit: most };
      if (conversationIds.length > conversations) return { outcome: 'too_many', limit: conversations };
      // What was deleted a moment ago must not be said again elsewhere.
      if (!(await caughtUp())) return { outcome: 'busy', retryAfterMs: BUSY_MS };
      const found = await findSources(actor.account, messageIds);
      const sources = new Map(found.map((source) => [source.id, source]));
      const often = [...sources.values()].some(({ hops }) => hops >= manyHops);
      if (often && conversationIds.length > 1) return { outcome: 'too_many', limit: 1 };
      const inOrder = async (conversationId: string): Promise<ForwardedOne[]> => {
        const all: ForwardedOne[] = [];
        for (const [index, sourceId] of messageIds.entries()) {
          const one = { actor, conversationId, clientId: `${clientId}/${index}` };
          const outcome = await forwardOne(one, sourceId, sources.get(sourceId));
          all.push({ conversationId, sourceId, clientId: one.clientId, outcome });
        }
        return all;
      };
      return { outcome: 'forwarded', all: (await Promise.all(conversationIds.map(inOrder))).flat() };
    },
  };
}

/** What it would say; `not_applicable` for what stays where it was said, `gone` for what says nothing any more. */
function forwardable({ content, viewOnce }: ForwardSource): GivenContent | 'not_applicable' | 'gone' {
  if (content === undefined) return 'gone';
  if (viewOnce) return 'not_applicable';
  const live = content.kind === 'location' && content.liveUntil !== undefined;
  if (content.kind === 'sealed' || live) return 'not_applicable';
  const given = givenOf(content, 0);
  if (given.kind !== 'poll') return given;
  // It begins anew, and without the end of the other.
  const { kind, poll, multiple, votesVisible } = given;
  return { kind, poll, multiple, votesVisible };
}
