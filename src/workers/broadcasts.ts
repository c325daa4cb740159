import { broadcastClientId } from '../domain/broadcasts/index.js';
import {
  recipientsAt,
  type Actor,
  type ConversationHandlers,
  type ConversationStates,
} from '../domain/conversations/index.js';
import { givenOf, type MessageContent, type MessageDataOf, type MessageHandlers } from '../domain/messages/index.js';
import { eachOf } from '../domain/shared/each.js';
import { streamId } from '../domain/shared/streams.js';
import type { OpenedEvent } from '../platform/keys/opener.js';
import { RetryLater, type Follower } from './kit/follower.js';

export interface BroadcastsDeps {
  readonly states: Pick<ConversationStates, 'peek' | 'load' | 'refresh'>;
  /** Without limits: they were those of the message to the list. */
  readonly start: ConversationHandlers['start'];
  readonly send: MessageHandlers['send'];
}

/** Direct conversations that are written to at the same time. */
const LANES = 16;

/**
 * Delivers what is sent to a broadcast list as direct messages of its author. Their client ids follow from the message, so
 * that one which was delivered before is known for that.
 */
export function broadcastFollower({ states, start, send }: BroadcastsDeps): Follower {
  const deliver = async (event: OpenedEvent, recipient: string): Promise<void> => {
    const actor = event.metadata.actor as Actor;
    const started = await start({ actor, withAccountId: recipient });
    if (started.outcome === 'rate_limited') throw new RetryLater();
    const content = openedContent(event);
    if (started.outcome !== 'started' || content === null) return;
    const { at, viewOnce } = event.data as MessageDataOf<'MessageSent'>;
    const sent = await send({
      actor,
      conversationId: started.conversationId,
      clientId: broadcastClientId(event.id),
      content: givenOf(content, at),
      claimedAt: at,
      ...(viewOnce === undefined ? {} : { viewOnce }),
    });
    if (sent.outcome === 'busy' || sent.outcome === 'rate_limited') throw new RetryLater();
  };

  return {
    id: 'broadcasts',
    wants({ type, stream }) {
      if (type !== 'MessageSent') return false;
      const kind = states.peek(streamId(stream))?.state.kind;
      return kind === undefined || kind === 'broadcast';
    },
    async handle(event, signal) {
      const id = streamId(event.stream);
      let loaded = await states.load(id);
      if (loaded.state.kind !== 'broadcast') return;
      if (loaded.revision < event.revision) loaded = await states.refresh(id);
      const failures: unknown[] = [];
      await eachOf(recipientsAt(loaded.state, event.revision), LANES, async (recipient) => {
        if (!signal.aborted) await deliver(event, recipient).catch((error: unknown) => failures.push(error));
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
