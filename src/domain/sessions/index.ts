export { decideRefresh, PREDECESSOR_GRACE_MS, SESSION_IDLE_MS } from './decide.js';
export { sessions, type Tokens } from './handle.js';
export type { Session } from './state.js';
