import type {
  ConversationView,
  ListedConversation,
  ListPlace,
} from '../../projections/conversations/conversations.queries.js';
import { connectionOf, decodePlace, encodePlace, type Connection } from '../kit/paging.js';
import { encodeId } from '../kit/nodeIds.js';
import type { Conversation } from './types.js';

const LIST = 'conversations';
const PLACE = /^(\d{1,16}):(\d{1,16}):([0-9a-f-]{36})$/;

export function conversationValue(view: ConversationView, viewer: string): Conversation {
  const { timerSeconds, id, kind, headSeq, lastAt, name, description, avatar, settings, role } = view;
  return {
    id: encodeId('conversation', id),
    kind,
    headSeq,
    lastActivityAt: lastAt,
    name,
    description,
    avatar,
    settings,
    disappearingSeconds: timerSeconds,
    myRole: role === 'follower' ? null : role,
    uuid: id,
    viewer,
  };
}

/** @param found one more than asked for tells that the list goes on. */
export function conversationsConnection(
  found: readonly ListedConversation[],
  size: number,
  viewer: string,
  after: ListPlace | undefined,
): Connection<Conversation> {
  const places = new Map(found.map((view) => [view.id, view]));
  const nodes = found.slice(0, size).map((view) => conversationValue(view, viewer));
  return connectionOf(
    nodes,
    ({ uuid, lastActivityAt }) => encodePlace(LIST, places.get(uuid)?.pinnedAt ?? 0, lastActivityAt, uuid),
    { before: after !== undefined, after: found.length > size },
  );
}

export function placeOf(cursor: string | null | undefined): ListPlace | undefined {
  if (cursor == null) return undefined;
  const [pinnedAt = '', lastAt = '', id = ''] = decodePlace(LIST, PLACE, cursor);
  return { pinnedAt: Number(pinnedAt), lastAt: Number(lastAt), id };
}
