import { broadcastChangeId, broadcastClientId } from '../domain/broadcasts/index.js';
import {
  directConversationId,
  recipientsAt,
  type Actor,
  type ConversationHandlers,
  type ConversationStates,
} from '../domain/conversations/index.js';
import {
  givenOf,
  messageId,
  type CopiedChange,
  type MessageContent,
  type MessageCopyHandlers,
  type MessageDataOf,
  type MessageHandlers,
} from '../domain/messages/index.js';
import { eachOf } from '../domain/shared/each.js';
import { streamId } from '../domain/shared/streams.js';
import type { OpenedEvent } from '../platform/keys/opener.js';
import { RetryLater, type Follower } from './kit/follower.js';

export interface BroadcastsDeps {
  readonly states: Pick<ConversationStates, 'peek' | 'load' | 'refresh'>;
  /** Without limits: they were those of the message to the list. */
  readonly start: ConversationHandlers['start'];
  readonly send: MessageHandlers['send'];
  readonly carry: MessageCopyHandlers['carry'];
  readonly eventAt: (stream: string, revision: number) => Promise<OpenedEvent | undefined>;
  /** As the read model has it. */
  readonly isDeleted: (messageId: string) => Promise<boolean>;
}

/** Direct conversations that are written to at the same time. */
const LANES = 16;
const WANTED: ReadonlySet<string> = new Set<'MessageSent' | CopiedChange['type']>([
  'MessageSent',
  'MessageEdited',
  'MessageDeleted',
  'LocationUpdated',
  'LocationEnded',
  'PollClosed',
]);

/**
 * Delivers what is sent to a broadcast list as direct messages of its author, and does to them what its author does to the
 * message to the list. Their client ids, and the ids of their changes, follow from the list's, so that what was done before
 * is known for that.
 */
export function broadcastFollower({ states, start, send, carry, eventAt, isDeleted }: BroadcastsDeps): Follower {
  const deliver = async (message: OpenedEvent, recipient: string): Promise<void> => {
    const actor = message.metadata.actor as Actor;
    const started = await start({ actor, withAccountId: recipient });
    if (started.outcome === 'rate_limited') throw new RetryLater();
    const content = openedContent(message);
    if (started.outcome !== 'started' || content === null) return;
    const { at, viewOnce } = message.data as MessageDataOf<'MessageSent'>;
    const sent = await send({
      actor,
      conversationId: started.conversationId,
      clientId: broadcastClientId(message.id),
      content: givenOf(content, at),
      claimedAt: at,
      ...(viewOnce === undefined ? {} : { viewOnce }),
    });
    if (sent.outcome === 'busy' || sent.outcome === 'rate_limited') throw new RetryLater();
  };

  /** The message comes before, also where it was given up and is tried again only later; but not only to be deleted. */
  const change = async (event: OpenedEvent, message: OpenedEvent, recipient: string): Promise<void> => {
    const done = openedChange(event);
    if (done === null) return;
    const actor = event.metadata.actor as Actor;
    const conversationId = directConversationId(actor.account, recipient);
    const request = {
      actor,
      conversationId,
      messageId: messageId(conversationId, actor.account, broadcastClientId(message.id)),
      change: done,
      eventId: broadcastChangeId(conversationId, event.id),
      decidedAt: event.metadata.occurredAt,
    };
    let carried = await carry(request);
    if (carried === 'no_copy' && done.type !== 'MessageDeleted') {
      await deliver(message, recipient);
      carried = await carry(request);
    }
    if (carried === 'busy') throw new RetryLater();
  };

  return {
    id: 'broadcasts',
    wants({ type, stream }) {
      if (!WANTED.has(type)) return false;
      const kind = states.peek(streamId(stream))?.state.kind;
      return kind === undefined || kind === 'broadcast';
    },
    async handle(event, signal) {
      const id = streamId(event.stream);
      let loaded = await states.load(id);
      if (loaded.state.kind !== 'broadcast') return;
      if (loaded.revision < event.revision) loaded = await states.refresh(id);
      const sent = event.type === 'MessageSent';
      const seq = sent ? event.revision : (event.data as MessageDataOf<'MessageDeleted'>).target;
      const message = sent ? event : await eventAt(event.stream, seq);
      if (message === undefined || (sent && (await isDeleted(message.id)))) return;
      const failures: unknown[] = [];
      await eachOf(recipientsAt(loaded.state, seq), LANES, async (recipient) => {
        if (signal.aborted) return;
        const done = sent ? deliver(message, recipient) : change(event, message, recipient);
        await done.catch((error: unknown) => failures.push(error));
      });
      signal.throwIfAborted();
      // The worst of them decides: others are known by their ids when it is tried again.
      if (failures.length > 0) throw failures.find((failure) => !(failure instanceof RetryLater)) ?? failures[0];
    },
  };
}

/** What the message says; null where a part of it was erased. */
function openedContent({ data, opened }: OpenedEvent): MessageContent<string> | null {
  const { content } = data as MessageDataOf<'MessageSent'>;
  const said: Record<string, unknown> = {};
  for (const [field, value] of Object.entries(content)) {
    const path = `content.${field}`;
    if (path in opened && opened[path] === null) return null;
    said[field] = path in opened ? opened[path] : (value as unknown);
  }
  return said as unknown as MessageContent<string>;
}

/** Null where what it says was erased. */
function openedChange({ type, opened }: OpenedEvent): CopiedChange | null {
  switch (type) {
    case 'MessageEdited': {
      const text = opened['text'] ?? null;
      return text === null ? null : { type, text };
    }
    case 'LocationUpdated': {
      const place = opened['place'] ?? null;
      return place === null ? null : { type, place };
    }
    case 'MessageDeleted':
    case 'LocationEnded':
    case 'PollClosed':
      return { type };
    default:
      throw new Error(`a list's copies do not follow ${type}`);
  }
}
