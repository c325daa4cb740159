export { TIMER, type TimerRejection } from './decide.js';
export { disappearingHandlers, type DisappearingDeps, type DisappearingHandlers, type TimerOutcome } from './handle.js';
