import type pg from 'pg';
import type { ConversationStates, ConversationWriter } from '../domain/conversations/index.js';
import {
  forwardHandlers,
  linkPreviewHandlers,
  messageChangeHandlers,
  messageCopyHandlers,
  messageHandlers,
  type ForwardHandlers,
  type LinkPreviewHandlers,
  type MessageChangeHandlers,
  type MessageCopyHandlers,
  type MessageHandlers,
} from '../domain/messages/index.js';
import type { Clock } from '../platform/clock/port.js';
import type { EventStore } from '../platform/eventStore/port.js';
import type { Ids } from '../platform/ids/port.js';
import type { KeyStore } from '../platform/keys/port.js';
import type { Limiter } from '../platform/limits/port.js';
import { knownMessages } from '../projections/conversations/commands.queries.js';
import { findTarget, forwardSources, messagePlace, saidOnce } from '../projections/timeline/target.queries.js';

export interface MessageFeatures {
  readonly messages: MessageHandlers;
  readonly messageChanges: MessageChangeHandlers;
  readonly copies: MessageCopyHandlers;
  readonly forwards: ForwardHandlers;
  readonly linkPreviews: LinkPreviewHandlers;
}

export interface MessageFeatureDeps {
  readonly pool: Pick<pg.Pool, 'query'>;
  readonly eventStore: EventStore;
  readonly writer: ConversationWriter;
  readonly states: ConversationStates;
  readonly keys: KeyStore;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly limiter: Limiter;
  /** True once the read model has all that is in the log now; false when that took too long. */
  readonly caughtUp: () => Promise<boolean>;
}

/** Sending messages, and what becomes of them. */
export function messageFeatures({ pool, caughtUp, ...ports }: MessageFeatureDeps): MessageFeatures {
  const { eventStore } = ports;
  const targets = {
    eventStore,
    findTarget: (id: string, ref: Parameters<typeof findTarget>[2], account: string) =>
      findTarget(pool, id, ref, account),
    findKnown: (id: string, ids: readonly string[]) => knownMessages(pool, id, ids),
  };
  const messages = messageHandlers({ ...ports, ...targets });
  return {
    messages,
    messageChanges: messageChangeHandlers({
      ...ports,
      ...targets,
      eventStore,
      findPlace: (id) => messagePlace(pool, id),
      findSaidOnce: (place) => saidOnce(pool, place),
      caughtUp,
    }),
    copies: messageCopyHandlers({ ...ports, ...targets }),
    linkPreviews: linkPreviewHandlers({ ...ports, ...targets }),
    forwards: forwardHandlers({
      messages,
      findSources: (account, ids) => forwardSources(pool, account, ids),
      caughtUp,
    }),
  };
}
