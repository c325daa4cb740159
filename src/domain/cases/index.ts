export type { Evidence } from './decide.js';
export type { CaseEvent, CaseVerdict, ReportReason } from './events.js';
export { caseHandlers, type CaseHandlers, type CloseOutcome, type ReportOutcome } from './handle.js';
