export { BEAT_MS, GRACE_MS, accountTopic, EVERYBODY_TOPIC } from './entries.js';
export type { PresenceEvent } from './events.js';
export { presenceHandlers, type PresenceDeps, type PresenceHandlers } from './handle.js';
export {
  FULL_SIGHT,
  NO_SIGHT,
  sameSeen,
  seen,
  type PresenceStatus,
  type SeenPresence,
  type Sight,
  type Visibility,
} from './status.js';
export { visibilityOf } from './visibility.js';
