export { decideRefresh, PREDECESSOR_GRACE_MS, SESSION_IDLE_MS, type RefreshDecision } from './decide.js';
export { sessions, type RefreshOutcome, type SessionDeps, type Sessions, type Tokens } from './handle.js';
export type { Session, SessionEndReason } from './state.js';
