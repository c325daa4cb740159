import type { Clock } from '../../platform/clock/port.js';
import type { NewEvent } from '../../platform/eventStore/port.js';
import { ensureUnlessDestroyed, type KeyStore, type SubjectKey } from '../../platform/keys/port.js';
import { seal } from '../../platform/keys/seal.js';
import type { LinkPreview } from '../../platform/linkPreviews/port.js';
import type { ConversationState, ConversationStates, ConversationWriter } from '../conversations/index.js';
import { messageKeyRef } from '../shared/expiry.js';
import { uuidv8 } from '../shared/ids.js';
import { decidePreview, type PreviewAdded } from './decidePreview.js';
import { watchTarget, type Target, type TargetDeps } from './target.js';

/** What a message says from one of its events on. */
export interface MessageVersion {
  readonly conversationId: string;
  readonly authorId: string;
  /** The sequence of the message. */
  readonly target: number;
  /** That of the event: the same, or an edit's. */
  readonly version: number;
  readonly eventId: string;
}

export interface LinkPreviewHandlers {
  /** Whether the message still says that, and has no preview of it. */
  wanted(version: MessageVersion): Promise<boolean>;
  /** Adds it where it is wanted; once, however often it is tried. False: has to be tried again. */
  add(version: MessageVersion, preview: LinkPreview): Promise<boolean>;
}

export interface LinkPreviewDeps extends TargetDeps {
  readonly writer: Pick<ConversationWriter, 'submit'>;
  readonly states: Pick<ConversationStates, 'load' | 'refresh'>;
  readonly keys: Pick<KeyStore, 'ensure'>;
  readonly clock: Clock;
}

const EVENT_SIZE = 600;

export function linkPreviewHandlers(deps: LinkPreviewDeps): LinkPreviewHandlers {
  const { writer, states, keys, clock } = deps;

  const decide = (
    { authorId: account, version }: MessageVersion,
    state: ConversationState,
    target: Target | undefined,
    preview: string,
  ): PreviewAdded | undefined => decidePreview({ state, target, account, now: clock.now() }, { version, preview });

  const watch = ({ conversationId, target, authorId }: MessageVersion): ReturnType<typeof watchTarget> =>
    watchTarget(deps, conversationId, { seq: target }, authorId);

  return {
    async wanted(version) {
      let loaded = await states.load(version.conversationId);
      if (loaded.revision < version.version) loaded = await states.refresh(version.conversationId);
      const watched = watch(version);
      await watched.gather(loaded);
      return decide(version, loaded.state, watched.after([]), '') !== undefined;
    },

    async add(version, preview) {
      const { conversationId, authorId, eventId } = version;
      const text = JSON.stringify(preview);
      const id = uuidv8(`link preview:${eventId}`);
      const watched = watch(version);
      let key: SubjectKey | undefined;
      const written = await writer.submit<'unwanted'>(conversationId, {
        size: EVENT_SIZE + text.length * 4,
        async gather(loaded) {
          await watched.gather(loaded);
          const target = watched.after([]);
          // None once the author is erased, or the hour of a message that disappears is over.
          key =
            target === undefined
              ? undefined
              : await ensureUnlessDestroyed(keys, messageKeyRef(authorId, conversationId, target.expiresAt));
        },
        decide(state, _revision, earlier) {
          const target = watched.after(earlier);
          const added = decide(version, state, target, text);
          if (added === undefined || key === undefined || target === undefined) return { answer: 'unwanted' };
          const ref = messageKeyRef(authorId, conversationId, target.expiresAt);
          const data = { ...added.data, preview: seal(key, ref, `${id}|${added.type}|preview`, text) };
          const metadata = { occurredAt: clock.now(), causationId: eventId, actor: { account: authorId } };
          const event: NewEvent = { id, type: added.type, data, metadata };
          return { events: [event] };
        },
      });
      return written.kind !== 'busy';
    },
  };
}
