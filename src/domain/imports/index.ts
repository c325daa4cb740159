export { parseExport } from './parse.js';
export type { ParsedExport, UnreadableLine } from './parse.js';
export { planImport } from './plan.js';
export type { ImportPlan, PlannedSend, PlanProblem } from './plan.js';
export { runImport } from './handle.js';
export type { ImportResult, SendOutcome } from './handle.js';
export { namedAccount } from './namedAccount.js';
