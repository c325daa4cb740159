import type { PollView } from '../../projections/timeline/polls.queries.js';
import type { TimelineView } from '../../projections/timeline/timeline.queries.js';
import { encodeId } from '../kit/nodeIds.js';
import { contentOf } from './content.js';
import type { MessageContent } from './contentTypes.js';
import type { Message, PollResult, Quote } from './types.js';

export function messageValue(view: TimelineView): Message {
  return {
    id: encodeId('message', view.id),
    seq: view.seq,
    conversationId: encodeId('conversation', view.conversationId),
    clientId: view.clientId,
    authorId: encodeId('account', view.authorId),
    at: view.at,
    content: contentOf(view.said),
    editedAt: view.editedAt,
    deletedAt: view.deletedAt,
    deletedBy: view.deletedBy === null ? null : encodeId('account', view.deletedBy),
    viewOnce: view.said.viewOnce,
    forwardHops: view.hops,
    ...mentionsValue(view.mentions),
    expiresAt: view.expiresAt,
    conversationUuid: view.conversationId,
    authorUuid: view.authorId,
    withheld: view.withheld,
    replyTo: view.replyTo,
    said: view.said,
  };
}

export function mentionsValue(mentions: TimelineView['mentions']): Pick<Message, 'mentions' | 'mentionsEveryone'> {
  return mentions === 'everyone'
    ? { mentions: [], mentionsEveryone: true }
    : { mentions: mentions?.map((accountId) => encodeId('account', accountId)) ?? [], mentionsEveryone: false };
}

const EXCERPT = 160;

export function quoteValue(view: TimelineView): Quote {
  return {
    messageId: encodeId('message', view.id),
    seq: view.seq,
    authorId: encodeId('account', view.authorId),
    excerpt: excerptOf(contentOf(view.said)),
  };
}

function excerptOf(content: MessageContent): string | null {
  switch (content.__typename) {
    case 'TextContent':
      return shortened(content.text);
    case 'PollContent':
      return shortened(content.question);
    case 'ContactContent':
      return content.name;
    case 'LocationContent':
      return content.placeName;
    default:
      return null;
  }
}

/** Without half of a character at its end. */
function shortened(text: string): string {
  return text.length <= EXCERPT ? text : text.slice(0, EXCERPT).replace(/[\uD800-\uDBFF]$/, '');
}

/** By option of the poll. Null for what is no poll, or says nothing any more. */
export function pollValue({ content, said }: Message, poll: PollView, now: number): PollResult | null {
  if (content.__typename !== 'PollContent') return null;
  const { closedAt, closesAt } = (said.body ?? {}) as { readonly closedAt?: number; readonly closesAt?: number };
  const closed = closedAt ?? (closesAt !== undefined && closesAt <= now ? closesAt : null);
  return {
    counts: content.options.map((_option, index) => poll.counts.get(index) ?? 0),
    voters: poll.voters,
    mine: poll.mine,
    votes: poll.votes.map(({ accountId, options }) => ({ accountId: encodeId('account', accountId), options })),
    closedAt: closed,
  };
}
