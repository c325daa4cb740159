export type { AdminTerm } from './adminTerms.js';
export { submitDecided, type Decided } from './decided.js';
export type {
  ConversationEvent,
  ConversationEventType,
  ConversationKind,
  DataOf,
  GroupSettings,
  Permitted,
  Role,
} from './events.js';
export {
  conversationHandlers,
  directConversationId,
  type Actor,
  type ConversationDeps,
  type ConversationHandlers,
  type StartOutcome,
} from './handle.js';
export {
  ABSENT,
  DEFAULT_SETTINGS,
  evolve,
  isAdmin,
  isMember,
  isTold,
  pinnedFor,
  recipientsAt,
  roleOf,
  standingOf,
  toldOf,
  wasAdmin,
  type Conversation,
  type ConversationState,
  type ConversationStreamEvent,
  type FormerMembership,
  type GroupOfCommunity,
  type InviteLink,
  type Member,
  type RecipientPeriod,
} from './state.js';
export {
  conversationStates,
  knownMessage,
  type ConversationSnapshot,
  type ConversationStates,
  type KnownMessage,
  type LoadedConversation,
} from './states.js';
export {
  conversationWriter,
  type ConversationCommand,
  type ConversationWriter,
  type Decision,
  type KnownLookup,
  type PendingEvent,
  type Written,
} from './writer.js';
