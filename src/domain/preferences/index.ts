export { MAX_PINNED_CHATS } from './decide.js';
export { EARLIEST_MS, LATEST_MS, MAX_SCHEDULED, type SendResult } from './decideScheduled.js';
export { CHAT_EVENTS, SCHEDULE_EVENTS, type PreferenceEvent, type ScheduledContent } from './events.js';
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
  scheduledHandlers,
  type CancelOutcome,
  type ScheduledHandlers,
  type ScheduleOutcome,
} from './handleScheduled.js';
export {
  chatOf,
  evolveChat,
  evolveScheduled,
  messageKey,
  NO_PREFERENCES,
  UNTOUCHED_CHAT,
  type ChatState,
  type Dated,
  type PreferencesState,
  type ScheduledState,
  type ScheduledStatus,
} from './state.js';
export { preferenceStates, type LoadedPreferences, type PreferenceStates } from './states.js';
