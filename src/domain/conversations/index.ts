export type { ConversationEvent } from './events.js';
export {
  conversationHandlers,
  directConversationId,
  type Actor,
  type ConversationDeps,
  type ConversationHandlers,
  type StartOutcome,
} from './handle.js';
export { ABSENT, evolve, isMember, type ConversationState } from './state.js';
export {
  conversationStates,
  knownMessage,
  type ConversationSnapshot,
  type ConversationStates,
  type KnownMessage,
  type LoadedConversation,
} from './states.js';
