import type { ConversationView } from '../../projections/conversations/conversations.queries.js';
import { conversationValue } from '../conversations/values.js';
import type { BroadcastList } from './types.js';

export function listValue(view: ConversationView, viewer: string): BroadcastList {
  return { conversation: conversationValue(view, viewer), name: view.name, uuid: view.id };
}
