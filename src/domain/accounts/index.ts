export type { AccountEvent } from './events.js';
export { PROFILE_LIMITS } from './decide.js';
export type { DeviceRow } from './deviceStatus.js';
export { administrators, type Administrators } from './handleAdministrators.js';
export { accountHandlers, type AccountHandlers } from './handle.js';
export type { SubmitOtpOutcome } from './outcomes.js';
export { parsePhone } from './phone.js';
export {
  AUDIENCES,
  DEFAULT_PRIVACY,
  isInAudience,
  SWITCHES,
  type Audience,
  type AudienceSetting,
  type Privacy,
  type PrivacyChange,
} from './privacy.js';
export { registerMany, seedPhone, type SeedDeps } from './seed.js';
