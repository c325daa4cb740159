import { LRUCache } from 'lru-cache';
import {
  firstLink,
  type LinkPreviewHandlers,
  type MessageDataOf,
  type MessageVersion,
} from '../../domain/messages/index.js';
import { streamId } from '../../domain/shared/streams.js';
import type { Clock } from '../../platform/clock/port.js';
import type { StoredEvent } from '../../platform/eventStore/port.js';
import type { OpenedEvent } from '../../platform/keys/opener.js';
import type { Limiter } from '../../platform/limits/port.js';
import type { LinkPreviews, PreviewOutcome } from '../../platform/linkPreviews/port.js';
import { RetryLater, type Follower } from '../kit/follower.js';

export interface LinkPreviewsDeps {
  readonly previews: LinkPreviews;
  readonly handlers: LinkPreviewHandlers;
  readonly limiter: Limiter;
  readonly clock: Clock;
  readonly onOutcome?: (outcome: PreviewOutcome['kind'] | 'limited') => void;
}

/** A preview comes soon or not at all: what is imported, or lay in the log while previews were off, gets none. */
const FRESH_MS = 10 * 60_000;
/** How often a page that does not answer is asked for. */
const MAX_TRIES = 3;
/** One link goes to many, and is edited around: what was found for it serves them all. */
const RECENT = { max: 1_000, ttl: 10 * 60_000 };

/** What one cannot reach now; tried again a few times. Without the link, which is nobody's to log. */
class PageUnavailable extends Error {
  override name = 'PageUnavailable';
}

/** Adds to texts what the page says that their first link leads to. */
export function linkPreviewFollower({
  previews,
  handlers,
  limiter,
  clock,
  onOutcome = () => undefined,
}: LinkPreviewsDeps): Follower {
  const recent = new LRUCache<string, Promise<PreviewOutcome>>(RECENT);
  const isFresh = (at: number): boolean => clock.now() - at <= FRESH_MS;

  const find = async (
    link: string,
    account: string,
    signal: AbortSignal,
  ): Promise<PreviewOutcome | { readonly kind: 'limited' }> => {
    const known = recent.get(link);
    if (known !== undefined) return known;
    if (!(await limiter.take('fetchLink', account)).ok) return { kind: 'limited' };
    const finding = previews.find(link, signal);
    recent.set(link, finding);
    try {
      const outcome = await finding;
      if (outcome.kind === 'unavailable') recent.delete(link);
      return outcome;
    } catch (error) {
      recent.delete(link);
      throw error;
    }
  };

  return {
    id: 'link previews',
    wants(event) {
      return mayHaveLink(event) && isFresh(event.metadata.occurredAt);
    },
    async handle(event, signal, failures) {
      const link = firstLink(textOf(event) ?? '');
      if (link === undefined || !isFresh(saidAt(event))) return;
      const version = versionOf(event);
      if (!(await handlers.wanted(version))) return;
      const outcome = await find(link, version.authorId, signal);
      onOutcome(outcome.kind);
      if (outcome.kind === 'unavailable' && failures + 1 < MAX_TRIES) throw new PageUnavailable();
      if (outcome.kind === 'found' && !(await handlers.add(version, outcome.preview))) throw new RetryLater();
    },
  };
}

/** Nothing is known of what is sealed before it is opened. */
function mayHaveLink({ type, data }: StoredEvent): boolean {
  if (type === 'MessageEdited') return true;
  if (type !== 'MessageSent') return false;
  const { content, viewOnce } = data as MessageDataOf<'MessageSent'>;
  return content.kind === 'text' && viewOnce !== true;
}

function textOf({ type, opened }: OpenedEvent): string | null | undefined {
  return opened[type === 'MessageSent' ? 'content.text' : 'text'];
}

/** Milliseconds since the epoch; what is imported was said long ago. */
function saidAt({ type, data, metadata }: OpenedEvent): number {
  return type === 'MessageSent' ? (data as MessageDataOf<'MessageSent'>).at : metadata.occurredAt;
}

function versionOf({ id, type, stream, revision, data, metadata }: OpenedEvent): MessageVersion {
  return {
    conversationId: streamId(stream),
    authorId: metadata.actor?.account ?? '',
    target: type === 'MessageSent' ? revision : (data as MessageDataOf<'MessageEdited'>).target,
    version: revision,
    eventId: id,
  };
}
