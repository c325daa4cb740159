export type { Evidence } from './decide.js';
export type { CaseEvent, ReportReason } from './events.js';
export { caseHandlers, type CaseHandlers, type ReportOutcome } from './handle.js';
