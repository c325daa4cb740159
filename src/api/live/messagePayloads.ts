import type { TimelineEntry } from '../../projections/timeline/entry.js';
import { encodeId } from '../kit/nodeIds.js';
import { contentOf, locationContent } from '../messages/content.js';
import { previewValue } from '../messages/previews.js';
import { mentionsValue } from '../messages/values.js';
import type { UpdateValue } from './updates.js';

export function messageAdded(entry: TimelineEntry): UpdateValue {
  const conversation = encodeId('conversation', entry.conversationId);
  return {
    __typename: 'MessageAdded',
    conversationId: conversation,
    message: {
      id: encodeId('message', entry.id),
      seq: entry.seq,
      conversationId: conversation,
      clientId: entry.clientId ?? '',
      authorId: encodeId('account', entry.authorId ?? ''),
      at: new Date(entry.at).toISOString(),
      content: contentOf(entry),
      replyTo: entry.replyTo,
      forwardHops: entry.hops ?? 0,
      ...mentionsValue(entry.mentions),
      viewOnce: entry.viewOnce,
      expiresAt: entry.expiresAt,
    },
  };
}

/** What happened to a message; undefined for what is nobody's to know. */
export function aboutMessage(entry: TimelineEntry, targetSeq: number): UpdateValue | undefined {
  const about = {
    conversationId: encodeId('conversation', entry.conversationId),
    seq: entry.seq,
    targetSeq,
    accountId: encodeId('account', entry.authorId ?? ''),
    at: new Date(entry.at).toISOString(),
  };
  switch (entry.kind) {
    case 'message_edited':
      return { __typename: 'MessageEdited', ...about, text: entry.text, ...mentionsValue(entry.mentions) };
    case 'message_deleted':
      return { __typename: 'MessageDeleted', ...about };
    case 'reaction_changed':
      return { __typename: 'ReactionChanged', ...about, emoji: (entry.body?.['emoji'] as string | null) ?? null };
    case 'message_pinned':
    case 'message_unpinned':
      return { __typename: 'PinChanged', ...about, pinned: entry.kind === 'message_pinned' };
    case 'poll_voted': {
      const { options, secret } = entry.body as { readonly options: readonly number[]; readonly secret?: true };
      const { accountId: byAccountId, ...rest } = about;
      const vote = secret === true ? { byAccountId: null, options: null } : { byAccountId, options };
      return { __typename: 'PollChanged', ...rest, ...vote, closed: false };
    }
    case 'poll_closed': {
      const { accountId: byAccountId, ...rest } = about;
      return { __typename: 'PollChanged', ...rest, byAccountId, options: null, closed: true };
    }
    case 'location_updated': {
      const place = entry.body?.['place'];
      // Of places where somebody was the newest is kept.
      return typeof place === 'string'
        ? { __typename: 'LocationChanged', ...about, place: locationContent(place, null), ended: false }
        : undefined;
    }
    case 'location_ended':
      return { __typename: 'LocationChanged', ...about, place: null, ended: true };
    case 'link_preview_added': {
      const preview = entry.body?.['preview'];
      const { accountId: _author, ...rest } = about;
      return typeof preview === 'string'
        ? { __typename: 'LinkPreviewAdded', ...rest, linkPreview: previewValue(preview) }
        : undefined;
    }
    case 'view_once_opened':
      return { __typename: 'ViewOnceOpened', ...about };
    default:
      return undefined;
  }
}
