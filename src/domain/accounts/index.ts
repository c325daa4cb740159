export { SEALED_FIELDS, type AccountEvent, type PhoneEvent, type RevocationReason } from './events.js';
export type { ChangeProfile } from './commands.js';
export { PROFILE_LIMITS, type InvalidText } from './decide.js';
export {
  deviceStatuses,
  type DeviceRow,
  type DeviceStatus,
  type DeviceStatusDeps,
  type DeviceStatuses,
} from './deviceStatus.js';
export {
  accountHandlers,
  type AccountDeps,
  type AccountHandlers,
  type Caller,
  type SubmitOtp,
  type Visitor,
} from './handle.js';
export type {
  Handled,
  InvalidPhone,
  LinkedDevice,
  RateLimited,
  RefreshSessionOutcome,
  RequestOtpOutcome,
  RevokeDeviceOutcome,
  SessionEnded,
  SignedIn,
  SubmitOtpOutcome,
  UpdateProfileOutcome,
} from './outcomes.js';
export { parsePhone, type ParsedPhone, type PhoneProblem } from './phone.js';
export { registerMany, seedPhone, type SeedAccount, type SeededAccount, type SeedDeps } from './seed.js';
