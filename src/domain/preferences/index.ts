export { MAX_PINNED_CHATS } from './decide.js';
export { CHAT_EVENTS, type PreferenceEvent } from './events.js';
export {
  preferenceHandlers,
  type ChatChange,
  type MessagePlace,
  type PreferenceDeps,
  type PreferenceHandlers,
  type PreferenceOutcome,
  type Standing,
} from './handle.js';
export {
  chatOf,
  evolveChat,
  messageKey,
  NO_PREFERENCES,
  UNTOUCHED_CHAT,
  type ChatState,
  type Dated,
  type PreferencesState,
} from './state.js';
export { preferenceStates, type LoadedPreferences, type PreferenceStates } from './states.js';
